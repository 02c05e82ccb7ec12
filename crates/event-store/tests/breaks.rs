//! The connection breaks while an append is under way: before it is sent, or after it has been committed and before
//! anybody is told. Whoever asked gets one answer, and the log holds the command once.
//!
//! These tests have a program of their own, since a failpoint breaks every append in its program.
#![expect(
    clippy::unwrap_used,
    reason = "also outside of the test functions, what cannot go on may stop"
)]

use std::sync::Arc;

use guanxi_event_store::{
    Answer, CommandContext, EventStore, ExecuteError, Keep, MIGRATOR, MasterKey, Outcome, StoreOptions,
};
use guanxi_kernel::{CommandId, Decider, Metadata, Refusal, TimeZoneId, domain_events};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

/// How far it went on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Counted {
    /// Steps.
    pub by: i64,
}

domain_events! {
    /// What happens to a counter.
    pub enum CounterEvent {
        /// It went on.
        Counted(Counted) = "counter.counted.v1",
    }
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("a counter never refuses")]
struct Never;

impl Refusal for Never {
    fn code(&self) -> &'static str {
        "counter.never"
    }
}

#[derive(Debug)]
struct Counter;

impl Decider for Counter {
    const TYPE: &'static str = "counter";
    type State = i64;
    type Command = i64;
    type Event = CounterEvent;
    type Refusal = Never;

    fn decide(_: &i64, by: &i64) -> Result<Vec<CounterEvent>, Never> {
        Ok(vec![Counted { by: *by }.into()])
    }

    fn evolve(state: &mut i64, CounterEvent::Counted(counted): &CounterEvent) {
        *state += counted.by;
    }
}

async fn open(pool: &PgPool) -> EventStore {
    EventStore::open(pool.clone(), StoreOptions::new(MasterKey::new([7; 32])))
        .await
        .unwrap()
}

async fn count(store: &EventStore, stream: &str, id: &str, by: i64) -> Result<Answer, ExecuteError> {
    let occurred_at = "2026-03-01T10:00:00+08:00".parse().unwrap();
    let context = CommandContext {
        command_id: CommandId::new(id).unwrap(),
        digest: store.digest(&by),
        metadata: Metadata {
            occurred_at,
            business_date: TimeZoneId::shanghai().business_date(occurred_at),
            actor: Arc::from("test"),
            channel: None,
            store_id: None,
            correlation_id: Arc::from("test"),
            causation_id: None,
            depth: 0,
        },
        keep: Keep::Appended,
        new_keys: Vec::new(),
    };
    store.execute::<Counter>(stream, &by, &context).await
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_append_that_breaks_once_is_answered_and_done_once(pool: PgPool) {
    let scenario = fail::FailScenario::setup();
    let store = open(&pool).await;
    for (n, point) in ["append.before_send", "append.before_acknowledge"]
        .iter()
        .enumerate()
    {
        fail::cfg(*point, "1*return").unwrap();
        let position = n as u64 + 1;
        let answer = count(&store, "a", point, 5).await.unwrap();
        assert_eq!(
            answer.outcome,
            Outcome::Appended {
                first: position,
                last: position
            },
            "{point}"
        );
    }
    // The state in memory missed an acknowledgement; the next command is decided on the right one all the same.
    count(&store, "a", "next", 1).await.unwrap();
    let loaded = store.load::<Counter>("a").await.unwrap();
    assert_eq!((*loaded.state, loaded.sequence), (11, 3));
    scenario.teardown();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_whole_group_whose_acknowledgement_is_lost_is_done_once(pool: PgPool) {
    let scenario = fail::FailScenario::setup();
    let store = open(&pool).await;
    fail::cfg("append.before_acknowledge", "2*return").unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let store = store.clone();
        tasks.spawn(async move {
            count(&store, &format!("s{n}"), &format!("c{n}"), 1)
                .await
                .unwrap()
                .outcome
        });
    }
    let mut firsts = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let Outcome::Appended { first, last } = done.unwrap() else {
            panic!("not appended")
        };
        assert_eq!(first, last);
        firsts.push(first);
    }
    firsts.sort_unstable();
    assert_eq!(firsts, (1..=50).collect::<Vec<_>>());
    assert_eq!(store.head().await.unwrap().position, 50);
    scenario.teardown();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_retry_after_a_lost_acknowledgement_gets_the_first_answer(pool: PgPool) {
    let scenario = fail::FailScenario::setup();
    let store = open(&pool).await;
    fail::cfg("append.before_acknowledge", "return").unwrap();
    let error = count(&store, "a", "c1", 5).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    fail::remove("append.before_acknowledge");
    for store in [open(&pool).await, store] {
        let answer = count(&store, "a", "c1", 5).await.unwrap();
        assert_eq!(
            (answer.outcome, answer.known),
            (Outcome::Appended { first: 1, last: 1 }, true)
        );
        assert_eq!(store.head().await.unwrap().position, 1);
    }
    scenario.teardown();
}
