//! The connection breaks while an append is under way: before it is sent, between looking and writing, or after it has
//! been committed and before anybody is told. Whoever asked gets one answer, and the log holds the command once.
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
#[error("a counter does not go below nothing")]
struct Below;

impl Refusal for Below {
    fn code(&self) -> &'static str {
        "counter.below"
    }
}

#[derive(Debug)]
struct Counter;

impl Decider for Counter {
    const TYPE: &'static str = "counter";
    type State = i64;
    type Command = i64;
    type Event = CounterEvent;
    type Refusal = Below;

    fn decide(state: &i64, by: &i64) -> Result<Vec<CounterEvent>, Below> {
        if state + by < 0 {
            return Err(Below);
        }
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

/// Asks one store after the other with the same id until one answers.
async fn until_answered(stores: &[EventStore], n: usize) -> (String, bool) {
    let (stream, by) = (format!("s{}", n % 3), if n.is_multiple_of(2) { -1 } else { 1 });
    let id = format!("c{n}");
    for store in stores.iter().cycle().skip(n % 5) {
        match count(store, &stream, &id, by).await {
            Ok(answer) => {
                assert!(matches!(answer.outcome, Outcome::Appended { .. }));
                return (id, true);
            }
            Err(ExecuteError::Refused(_)) => return (id, false),
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
    unreachable!("the stores are asked for ever")
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn in_any_order_of_breaks_the_laws_of_the_log_hold(pool: PgPool) {
    let scenario = fail::FailScenario::setup();
    // Three stores that know nothing of each other: what one appends, the others have not seen.
    let stores = [open(&pool).await, open(&pool).await, open(&pool).await];
    for (point, often) in [
        ("append.before_send", "10%return"),
        ("append.examined", "30%return"),
        ("append.before_acknowledge", "10%return"),
    ] {
        fail::cfg(point, often).unwrap();
    }
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..300 {
        let stores = stores.clone();
        asking.spawn(async move { until_answered(&stores, n).await });
    }
    let answers = asking.join_all().await;
    scenario.teardown();

    let rows: Vec<(i64, String, i64, Option<String>, i64)> = sqlx::query_as(
        "select position, aggregate_id, sequence, command_id, (payload ->> 'by')::bigint from log.events \
         order by position",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut appended = Vec::new();
    let mut streams = std::collections::BTreeMap::<String, (i64, i64)>::new();
    for (before, (position, stream, sequence, command, by)) in (0..).zip(rows) {
        assert_eq!(position, before + 1, "positions are dense");
        let (last, count) = streams.entry(stream).or_default();
        assert_eq!(sequence, *last + 1, "sequences are dense");
        (*last, *count) = (sequence, *count + by);
        assert!(*count >= 0, "the rule holds");
        appended.extend(command);
    }
    let mut acknowledged: Vec<_> = answers.iter().filter(|(_, appended)| *appended).collect();
    acknowledged.sort_unstable();
    appended.sort_unstable();
    assert_eq!(
        appended,
        acknowledged
            .into_iter()
            .map(|(id, _)| id.clone())
            .collect::<Vec<_>>(),
        "what was acknowledged is in the log once, and nothing else is"
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_process_that_stands_still_between_looking_and_writing_is_in_nobodys_way(pool: PgPool) {
    let scenario = fail::FailScenario::setup();
    let other = open(&pool).await;
    let connect = pool.connect_options().as_ref().clone();
    let (remembers, may_go_on) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel());
    let frozen = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = open(&PgPool::connect_with(connect).await.unwrap()).await;
            count(&store, "a", "c1", 1).await.unwrap();
            remembers.0.send(()).unwrap();
            may_go_on.1.recv().unwrap();
            count(&store, "a", "c3", 1).await.unwrap().outcome
        })
    });
    remembers.1.await.unwrap();
    count(&other, "a", "c2", 1).await.unwrap();
    let (stands, standing) = std::sync::mpsc::channel();
    let (wake, woken) = std::sync::mpsc::channel();
    let (stands, woken) = (std::sync::Mutex::new(stands), std::sync::Mutex::new(woken));
    fail::cfg_callback("append.examined", move || {
        stands.lock().unwrap().send(()).unwrap();
        woken.lock().unwrap().recv().unwrap();
    })
    .unwrap();
    may_go_on.0.send(()).unwrap();
    tokio::task::spawn_blocking(move || standing.recv().unwrap())
        .await
        .unwrap();
    let answer = count(&other, "b", "c4", 1).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Appended { first: 3, last: 3 });
    wake.send(()).unwrap();
    assert_eq!(frozen.join().unwrap(), Outcome::Appended { first: 4, last: 4 });
    scenario.teardown();
}
