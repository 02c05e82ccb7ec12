//! Far behind the head: rows in bulk, indexes last, totals once for all events of a row.

use guanxi_kernel::Recorded;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use super::fixture::{Balance, PATIENCE, account_of, act, assert_equal_to_log, balance, earn_much, start};
use crate::tests::account::{Command, TestEvent, open};
use crate::view::{Change, RebuildOptions, Totals, View};
use crate::{EventStore, Loop};

/// Accounts and what they have, no more than an index can hold.
struct Small;

/// What all accounts of a size have together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Sum(i64);

impl View for Small {
    const NAME: &'static str = "balances";
    const VERSION: u32 = 1;
    type Event = TestEvent;
    type Key = String;
    type Row = Balance;

    fn keys(&self, event: &Recorded<TestEvent>) -> Vec<String> {
        account_of(event)
    }

    fn evolve(&self, _: &String, row: Option<Balance>, event: &Recorded<TestEvent>) -> Option<Balance> {
        balance(row, event)
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} (key collate \"C\")",
            "{rows} (((row ->> 'points')::smallint))",
        ]
    }
}

impl Totals for Small {
    type Cell = i64;
    type Total = Sum;
    const ADDS_UP: bool = true;

    fn cells(&self, change: &Change<'_, Self>) -> Vec<i64> {
        let sizes = [change.before, change.after].map(|row| row.map(size));
        let mut cells: Vec<i64> = sizes.into_iter().flatten().collect();
        cells.dedup();
        cells
    }

    fn fold(&self, cell: &i64, total: Option<Sum>, change: &Change<'_, Self>) -> Option<Sum> {
        let mut sum = total.unwrap_or_default();
        let part = |row: Option<&Balance>| row.filter(|row| size(row) == *cell).map_or(0, |row| row.points);
        sum.0 += part(change.after) - part(change.before);
        Some(sum).filter(|sum| sum.0 != 0)
    }
}

fn size(row: &Balance) -> i64 {
    row.points / 10
}

async fn small(pool: &PgPool) -> (EventStore, Loop<TestEvent>) {
    let store = open(pool).await;
    let follow = Loop::builder(store.clone()).view_with_totals(Small).build();
    (store, follow)
}

async fn indexes(store: &EventStore, table: &str) -> i64 {
    sqlx::query_scalar("select count(*) from pg_indexes where schemaname = 'views' and tablename = $1")
        .bind(table)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn rows_and_totals_are_those_of_the_log_and_the_indexes_are_there(pool: PgPool) {
    let (store, follow) = small(&pool).await;
    earn_much(&store, "a", 90).await;
    follow.prepare().await.unwrap();
    assert_eq!(indexes(&store, "balances_v1").await, 1, "the primary key");
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(indexes(&store, "balances_v1").await, 3);
    assert_equal_to_log(&store, &follow).await;
    earn_much(&store, "b", 5).await;
    follow.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &follow).await;
    let report = follow
        .rebuild("balances", RebuildOptions::default(), &|_| {})
        .await
        .unwrap();
    assert!(report.equal && report.swapped, "{report:?}");
    assert_eq!(indexes(&store, "balances_v1_g2").await, 3);
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_row_that_fits_no_index_is_parked_alone(pool: PgPool) {
    let (store, follow) = small(&pool).await;
    earn_much(&store, "a", 20).await;
    act(&store, "large", "c1", Command::Earn(7)).await;
    act(&store, "large", "c2", Command::Earn(40_000)).await;
    earn_much(&store, "b", 40).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    let parked = follow.parked().await.unwrap();
    assert!(parked.iter().all(|entry| entry.key == "large"), "{parked:?}");
    assert!(parked.iter().any(|entry| entry.error.is_some()), "{parked:?}");
    assert_eq!(indexes(&store, "balances_v1").await, 3);
    let others: i64 = sqlx::query_scalar("select count(*) from views.balances where key <> 'large'")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(others, 60);
    running.stop().await;
}
