//! Policies act once, whatever is replayed, killed or renewed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use guanxi_kernel::{ClaimKey, Facts, Policy, Reaction, Recorded, Start, StreamRef};
use serde_json::Value;
use sqlx::PgPool;

use super::fixture::{PATIENCE, act, start, until};
use crate::tests::account::{AccountEvent, Accounts, Command, TestEvent, open};
use crate::{Answer, CommandContext, Dispatch, EventStore, ExecuteError, Loop, StoreError};

/// Sends a policy's commands to accounts; loses some acknowledgements and chokes on some targets, if asked to.
#[derive(Clone)]
pub struct Accountant {
    pub store: EventStore,
    pub sent: Arc<AtomicU32>,
    lose: Arc<AtomicU32>,
    pub chokes_on: Arc<Mutex<HashSet<String>>>,
}

#[derive(Clone, PartialEq)]
pub struct For(pub String, pub Command);

impl Accountant {
    pub fn new(store: &EventStore) -> Self {
        Self {
            store: store.clone(),
            sent: Arc::default(),
            lose: Arc::default(),
            chokes_on: Arc::default(),
        }
    }
}

#[async_trait]
impl Dispatch<For> for Accountant {
    async fn dispatch(
        &self,
        _: &StreamRef,
        command: For,
        context: CommandContext,
    ) -> Result<Answer, ExecuteError> {
        if self.chokes_on.lock().unwrap().contains(&command.0) {
            return Err(StoreError::Unstorable("choked".to_owned()).into());
        }
        self.sent.fetch_add(1, Ordering::SeqCst);
        let answer = self
            .store
            .execute::<Accounts>(&command.0, &command.1, &context)
            .await?;
        let lost = self
            .lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if lost {
            Err(ExecuteError::Overloaded)
        } else {
            Ok(answer)
        }
    }
}

fn bonus(event: &Recorded<TestEvent>, points: i64) -> Vec<Reaction<For>> {
    match event.own().map(|event| &event.0) {
        Some(AccountEvent::Earned(earned)) if earned.points >= 100 => {
            let to = format!("{}-bonus", event.stream.aggregate_id);
            vec![Reaction::new(
                "bonus",
                StreamRef::new("account", to.clone()),
                For(to, Command::Earn(points)),
            )]
        }
        _ => Vec::new(),
    }
}

macro_rules! bonus_policy {
    ($name:ident, $stored:literal, $version:literal, $start:expr, $points:literal) => {
        pub struct $name;
        impl Policy for $name {
            const NAME: &'static str = $stored;
            const VERSION: u32 = $version;
            const STARTS: Start = $start;
            type Event = TestEvent;
            type Command = For;
            fn react(&self, event: &Recorded<TestEvent>, _: &Facts<'_>) -> Vec<Reaction<For>> {
                bonus(event, $points)
            }
        }
    };
}

bonus_policy!(Bonus, "bonus", 1, Start::Beginning, 10);
bonus_policy!(Better, "bonus", 2, Start::Beginning, 20);
bonus_policy!(LateBonus, "late_bonus", 1, Start::Now, 1);

async fn balance(store: &EventStore, account: &str) -> i64 {
    store.load::<Accounts>(account).await.unwrap().state.points
}

fn with<P: Policy<Event = TestEvent, Command = For>>(policy: P, accountant: &Accountant) -> Loop<TestEvent> {
    Loop::builder(accountant.store.clone())
        .policy(policy, Arc::new(accountant.clone()))
        .build()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_lost_acknowledgement_does_not_double(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    accountant.lose.store(3, Ordering::SeqCst);
    let follow = with(Bonus, &accountant);
    for n in 0..5 {
        act(&store, &format!("a{n}"), &format!("c{n}"), Command::Earn(100)).await;
    }
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    for n in 0..5 {
        assert_eq!(balance(&store, &format!("a{n}-bonus")).await, 10);
    }
    assert!(accountant.sent.load(Ordering::SeqCst) > 5, "some were sent again");
    let caused = store.read::<TestEvent>(5, 1).await.unwrap().remove(0);
    let causes = store.read::<TestEvent>(0, 5).await.unwrap();
    let cause = causes
        .iter()
        .find(|event| Some(&event.event_id) == caused.metadata.causation_id.as_ref())
        .unwrap();
    assert_eq!(
        (caused.metadata.depth, &*caused.metadata.actor),
        (1, "policy:bonus")
    );
    assert_eq!(caused.metadata.correlation_id, cause.metadata.correlation_id);
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_replay_and_a_later_version_add_nothing(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    act(&store, "a", "c1", Command::Earn(100)).await;
    let follow = with(Bonus, &accountant);
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    let head = store.head().await.unwrap().position;

    // From the beginning again, as if its checkpoint were lost.
    sqlx::query("delete from follow.checkpoints")
        .execute(&pool)
        .await
        .unwrap();
    // By a loop that does not remember how far the other one was.
    let follow = with(Bonus, &accountant);
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    assert_eq!(
        (
            store.head().await.unwrap().position,
            accountant.sent.load(Ordering::SeqCst)
        ),
        (head, 2)
    );

    // A later version goes on where the earlier one stood; even thrown back to the beginning, it changes nothing.
    let better = with(Better, &accountant);
    let running = start(&better);
    better.settle(PATIENCE).await.unwrap();
    running.stop().await;
    assert_eq!(
        accountant.sent.load(Ordering::SeqCst),
        2,
        "nothing is sent about the past"
    );
    sqlx::query("delete from follow.checkpoints")
        .execute(&pool)
        .await
        .unwrap();
    let running = start(&better);
    better.settle(PATIENCE).await.unwrap();
    assert_eq!(store.head().await.unwrap().position, head);
    act(&store, "b", "c2", Command::Earn(100)).await;
    better.settle(PATIENCE).await.unwrap();
    assert_eq!(
        (balance(&store, "a-bonus").await, balance(&store, "b-bonus").await),
        (10, 20)
    );
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_new_policy_does_not_flood(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    for n in 0..20 {
        act(&store, "a", &format!("c{n}"), Command::Earn(100)).await;
    }
    let follow = with(LateBonus, &accountant);
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(accountant.sent.load(Ordering::SeqCst), 0);
    act(&store, "a", "c20", Command::Earn(100)).await;
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(balance(&store, "a-bonus").await, 1);
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_target_that_chokes_is_parked_alone(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    accountant.chokes_on.lock().unwrap().insert("a-bonus".to_owned());
    let follow = with(Bonus, &accountant);
    let running = start(&follow);
    act(&store, "a", "c1", Command::Earn(100)).await;
    act(&store, "b", "c2", Command::Earn(100)).await;
    follow.settle(PATIENCE).await.unwrap();
    act(&store, "a", "c3", Command::Earn(100)).await;
    follow.settle(PATIENCE).await.unwrap();
    let parked = follow.parked().await.unwrap();
    let seen: Vec<_> = parked
        .iter()
        .map(|entry| (entry.key.as_str(), entry.error.is_some()))
        .collect();
    assert_eq!(seen, [("account/a-bonus", true), ("account/a-bonus", false)]);
    assert_eq!(balance(&store, "b-bonus").await, 10);

    accountant.chokes_on.lock().unwrap().clear();
    follow.retry(parked[0].id).await.unwrap();
    assert_eq!(balance(&store, "a-bonus").await, 20);
    act(&store, "a", "c4", Command::Earn(100)).await;
    until(|| async { balance(&store, "a-bonus").await == 30 }).await;
    assert!(follow.parked().await.unwrap().is_empty());
    running.stop().await;
}

/// Gives the holder of seat 1 a point for every third time that anybody earns.
struct Third<const VERSION: u32>;

impl<const VERSION: u32> Policy for Third<VERSION> {
    const NAME: &'static str = "third";
    const VERSION: u32 = VERSION;
    const STARTS: Start = Start::Beginning;
    const REMEMBERS: bool = true;
    type Event = TestEvent;
    type Command = For;

    fn claims_needed(&self, _: &Recorded<TestEvent>) -> Vec<ClaimKey> {
        vec![ClaimKey::open("account.seat", "1")]
    }

    fn react(&self, event: &Recorded<TestEvent>, facts: &Facts<'_>) -> Vec<Reaction<For>> {
        let earned = facts.memory().and_then(Value::as_i64).unwrap_or(0);
        let counts = self.memory_key(event).is_some();
        let Some(holder) = facts
            .holder("account.seat", "1")
            .filter(|_| counts && earned % 3 == 2)
        else {
            return Vec::new();
        };
        vec![Reaction::new(
            "third",
            holder.clone(),
            For(holder.aggregate_id.to_string(), Command::Spend(1)),
        )]
    }

    fn memory_key(&self, event: &Recorded<TestEvent>) -> Option<String> {
        matches!(event.own()?.0, AccountEvent::Earned(_)).then(|| "all".to_owned())
    }

    fn remember(&self, _: &Recorded<TestEvent>, memory: Option<Value>) -> Option<Value> {
        Some((memory.as_ref().and_then(Value::as_i64).unwrap_or(0) + 1).into())
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_policy_remembers_and_asks_who_holds_a_claim(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    act(&store, "seated", "c0", Command::TakeSeat("1".to_owned())).await;
    act(&store, "seated", "c00", Command::Earn(100)).await;
    let follow = with(Third::<1>, &accountant);
    let running = start(&follow);
    for n in 1..9 {
        act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
        follow.settle(PATIENCE).await.unwrap();
    }
    assert_eq!(balance(&store, "seated").await, 97);
    running.stop().await;

    // A later version reads the past again to remember it, and says nothing about it.
    let sent = accountant.sent.load(Ordering::SeqCst);
    let later = with(Third::<2>, &accountant);
    let running = start(&later);
    later.settle(PATIENCE).await.unwrap();
    assert_eq!(accountant.sent.load(Ordering::SeqCst), sent);
    // Nine times somebody has earned: the twelfth is the next that counts.
    for n in 9..12 {
        act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
        later.settle(PATIENCE).await.unwrap();
    }
    assert_eq!(
        (
            accountant.sent.load(Ordering::SeqCst),
            balance(&store, "seated").await
        ),
        (sent + 1, 96)
    );
    running.stop().await;
}
