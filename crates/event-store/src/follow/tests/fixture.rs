//! A view of balances, with a second table that counts accounts by tier.

use std::time::Duration;

use guanxi_kernel::Recorded;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::tests::account::{AccountEvent, Accounts, Command, TestEvent, context, open};
use crate::view::{Change, Column, ReportingView, Totals, View};
use crate::{Answer, EventStore, Loop};

pub const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    pub points: i64,
    pub changes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    pub accounts: i64,
    pub entered: i64,
}

/// The figure behind all versions of the view.
pub fn balance(row: Option<Balance>, event: &Recorded<TestEvent>) -> Option<Balance> {
    let mut row = row.unwrap_or(Balance {
        points: 0,
        changes: 0,
    });
    row.changes += 1;
    match &event.own()?.0 {
        AccountEvent::Earned(earned) => row.points += earned.points,
        AccountEvent::Spent(spent) => row.points -= spent.points,
        _ => {}
    }
    Some(row)
}

pub fn account_of(event: &Recorded<TestEvent>) -> Vec<String> {
    event
        .own()
        .map(|_| event.stream.aggregate_id.to_string())
        .into_iter()
        .collect()
}

fn tier(row: Option<&Balance>) -> Option<&'static str> {
    row.map(|row| match row.points {
        ..10 => "none",
        10..100 => "silver",
        _ => "gold",
    })
}

pub fn tiers<V: View<Row = Balance>>(change: &Change<'_, V>) -> Vec<String> {
    let (before, after) = (tier(change.before), tier(change.after));
    if before == after {
        Vec::new()
    } else {
        before.into_iter().chain(after).map(str::to_owned).collect()
    }
}

pub fn count<V: View<Row = Balance>>(
    cell: &str,
    total: Option<Tier>,
    change: &Change<'_, V>,
) -> Option<Tier> {
    let mut total = total.unwrap_or(Tier {
        accounts: 0,
        entered: 0,
    });
    if tier(change.after) == Some(cell) {
        total.accounts += 1;
        total.entered += 1;
    } else {
        total.accounts -= 1;
    }
    Some(total)
}

macro_rules! balances {
    ($name:ident, $version:literal, |$row:ident, $event:ident| $evolve:expr, $comment:literal) => {
        pub struct $name;
        impl View for $name {
            const NAME: &'static str = "balances";
            const VERSION: u32 = $version;
            type Event = TestEvent;
            type Key = String;
            type Row = Balance;
            fn keys(&self, event: &Recorded<TestEvent>) -> Vec<String> {
                account_of(event)
            }
            fn evolve(
                &self,
                _: &String,
                $row: Option<Balance>,
                $event: &Recorded<TestEvent>,
            ) -> Option<Balance> {
                $evolve
            }
            fn reporting(&self) -> Vec<ReportingView> {
                vec![ReportingView {
                    name: "balances",
                    comment: "An account's points.",
                    from: "{rows}",
                    columns: vec![
                        Column::new("account", "key", "The account's id."),
                        Column::new("points", "(row ->> 'points')::bigint", $comment),
                    ],
                }]
            }
        }
        impl Totals for $name {
            type Cell = String;
            type Total = Tier;
            fn cells(&self, change: &Change<'_, Self>) -> Vec<String> {
                tiers(change)
            }
            fn fold(&self, cell: &String, total: Option<Tier>, change: &Change<'_, Self>) -> Option<Tier> {
                count(cell, total, change)
            }
        }
    };
}

balances!(
    Balances,
    1,
    |row, event| balance(row, event),
    "What it isn't yet spent."
);
// Cannot stand anybody who earns 13 points.
balances!(
    Superstitious,
    1,
    |row, event| {
        if let Some(AccountEvent::Earned(earned)) = event.own().map(|event| &event.0) {
            assert!(earned.points != 13, "thirteen");
        }
        balance(row, event)
    },
    "What it isn't yet spent."
);
// Counts points twice.
balances!(
    Doubled,
    2,
    |row, event| {
        let once = balance(row.clone(), event)?;
        let before = row.map_or(0, |row| row.points);
        Some(Balance {
            points: before + 2 * (once.points - before),
            ..once
        })
    },
    "Twice what it has."
);

pub async fn act(store: &EventStore, account: &str, id: &str, command: Command) -> Answer {
    store
        .execute::<Accounts>(account, &command, &context(store, id, &command))
        .await
        .unwrap()
}

/// `n` accounts that earn 1, 2, 3 … points, five commands each.
pub async fn earn_much(store: &EventStore, prefix: &str, n: u32) {
    let mut tasks = tokio::task::JoinSet::new();
    for account in 0..n {
        let (store, prefix) = (store.clone(), prefix.to_owned());
        tasks.spawn(async move {
            for turn in 0..5 {
                let id = format!("{prefix}{account}-{turn}");
                act(
                    &store,
                    &format!("{prefix}{account}"),
                    &id,
                    Command::Earn(i64::from(account + turn)),
                )
                .await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// A running loop, ended when asked to.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

pub fn start(follow: &Loop<TestEvent>) -> Running {
    let (stop, stopped) = oneshot::channel::<()>();
    let follow = follow.clone();
    let task = tokio::spawn(async move {
        follow.run(async { drop(stopped.await) }).await;
    });
    Running { stop, task }
}

impl Running {
    pub async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

pub async fn with_balances(pool: &PgPool) -> (EventStore, Loop<TestEvent>) {
    let store = open(pool).await;
    let follow = Loop::builder(store.clone()).view_with_totals(Balances).build();
    (store, follow)
}

pub async fn superstitious(pool: &PgPool) -> (EventStore, Loop<TestEvent>) {
    let store = open(pool).await;
    let follow = Loop::builder(store.clone())
        .view_with_totals(Superstitious)
        .build();
    (store, follow)
}

pub async fn points(store: &EventStore, account: &str) -> Option<i64> {
    sqlx::query_scalar("select (row ->> 'points')::bigint from views.balances where key = $1")
        .bind(account)
        .fetch_optional(store.pool())
        .await
        .unwrap()
}

/// What is stored equals what the log says.
pub async fn assert_equal_to_log(store: &EventStore, follow: &Loop<TestEvent>) {
    let replayed = follow
        .replay("balances", None, crate::view::Until::Head)
        .await
        .unwrap()
        .unwrap();
    for (table, expected) in [("balances", replayed.rows), ("balances_totals", replayed.totals)] {
        let stored: Vec<(String, serde_json::Value)> =
            sqlx::query_as(&format!("select key, row from views.{table}"))
                .fetch_all(store.pool())
                .await
                .unwrap();
        assert_eq!(
            stored.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            expected,
            "{table}"
        );
    }
}

/// Waits until something holds.
pub async fn until<F: Future<Output = bool>>(what: impl Fn() -> F) {
    for _ in 0..600 {
        if what().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come to hold in time");
}
