//! Poison is set aside, and nothing else.

use guanxi_kernel::Recorded;
use sqlx::PgPool;

use super::fixture::{
    PATIENCE, act, assert_equal_to_log, earn_much, points, start, superstitious, until, with_balances,
};
use crate::follow::ParkedError;
use crate::tests::account::{AccountEvent, Command, TestEvent, open};
use crate::view::View;
use crate::{EventStore, Loop};

/// Account `a` earns 13 points between others.
async fn poison(store: &EventStore) {
    act(store, "a", "c1", Command::Earn(1)).await;
    act(store, "b", "c2", Command::Earn(20)).await;
    act(store, "a", "c3", Command::Earn(13)).await;
    act(store, "b", "c4", Command::Earn(1)).await;
    act(store, "a", "c5", Command::Earn(1)).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_poisoned_key_is_parked_with_those_behind_it(pool: PgPool) {
    let (store, follow) = superstitious(&pool).await;
    poison(&store).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    act(&store, "a", "c6", Command::Earn(2)).await;
    act(&store, "b", "c7", Command::Earn(2)).await;
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(
        (points(&store, "a").await, points(&store, "b").await),
        (Some(1), Some(23))
    );
    let parked = follow.parked().await.unwrap();
    let seen: Vec<_> = parked
        .iter()
        .map(|entry| (entry.key.as_str(), entry.position, entry.error.is_some()))
        .collect();
    assert_eq!(seen, [("a", 3, true), ("a", 5, false), ("a", 6, false)]);
    assert!(parked[0].error.as_ref().unwrap().contains("thirteen"));
    assert_eq!(follow.parked_keys("balances").await.unwrap(), 1);
    assert!(follow.is_parked("balances", "a").await.unwrap());

    let again = follow.retry(parked[0].id).await.unwrap_err();
    assert!(matches!(again, ParkedError::StillFails(_)), "{again}");
    assert_eq!(follow.parked().await.unwrap()[0].attempts, 2);
    running.stop().await;
}

/// Far behind the head several batches go together; one poisoned key among them takes nothing else with it.
#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn poison_among_batches_that_are_gathered_is_parked_alone(pool: PgPool) {
    let (store, follow) = superstitious(&pool).await;
    earn_much(&store, "m", 9).await;
    for n in 0..200 {
        act(&store, "early", &format!("early-{n}"), Command::Earn(1)).await;
    }
    poison(&store).await;
    for n in 0..200 {
        act(&store, "late", &format!("late-{n}"), Command::Earn(1)).await;
    }
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    for (account, expected) in [("early", 200), ("late", 200), ("a", 1), ("b", 21)] {
        assert_eq!(points(&store, account).await, Some(expected), "{account}");
    }
    let parked = follow.parked().await.unwrap();
    assert!(parked.iter().all(|entry| entry.key == "a"), "{parked:?}");
    assert_eq!(parked.len(), 2);
    running.stop().await;

    let (_, mended) = with_balances(&pool).await;
    mended.retry(parked[0].id).await.unwrap();
    assert_equal_to_log(&store, &mended).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_parked_is_applied_by_a_mended_program(pool: PgPool) {
    let (store, follow) = superstitious(&pool).await;
    poison(&store).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;

    let (_, mended) = with_balances(&pool).await;
    let running = start(&mended);
    let parked = mended.parked().await.unwrap();
    mended.retry(parked[0].id).await.unwrap();
    assert_eq!(points(&store, "a").await, Some(15));
    assert!(mended.parked().await.unwrap().is_empty());
    act(&store, "a", "c6", Command::Earn(1)).await;
    mended.settle(PATIENCE).await.unwrap();
    until(|| async { points(&store, "a").await == Some(16) }).await;
    assert_equal_to_log(&store, &mended).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_discard_is_data_that_a_rebuild_obeys(pool: PgPool) {
    let (store, follow) = superstitious(&pool).await;
    poison(&store).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    let parked = follow.parked().await.unwrap();
    let silent = follow.discard(parked[0].id, " ", "test").await.unwrap_err();
    assert!(matches!(silent, ParkedError::NoReason), "{silent}");
    follow
        .discard(parked[0].id, "thirteen points were never given", "test")
        .await
        .unwrap();
    assert!(matches!(
        follow.retry(parked[0].id).await.unwrap_err(),
        ParkedError::Unknown(_)
    ));
    assert!(follow.parked().await.unwrap().is_empty());
    assert_eq!(points(&store, "a").await, Some(2));

    act(&store, "a", "c6", Command::Earn(1)).await;
    follow.settle(PATIENCE).await.unwrap();
    let report = follow
        .rebuild("balances", Default::default(), &|_| {})
        .await
        .unwrap();
    assert!(report.equal && report.swapped, "{report:?}");
    assert_eq!(points(&store, "a").await, Some(3));
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

/// Knows each account and the total, but not whom 13 points concern, and no odd total.
struct Ledger<const MENDED: bool>;

impl<const MENDED: bool> View for Ledger<MENDED> {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    type Event = TestEvent;
    type Key = String;
    type Row = i64;

    fn keys(&self, event: &Recorded<TestEvent>) -> Vec<String> {
        match event.own().map(|event| &event.0) {
            Some(AccountEvent::Earned(earned)) => {
                assert!(MENDED || earned.points != 13, "whose?");
                vec![event.stream.aggregate_id.to_string(), "total".to_owned()]
            }
            _ => Vec::new(),
        }
    }

    fn evolve(&self, _: &String, row: Option<i64>, event: &Recorded<TestEvent>) -> Option<i64> {
        match event.own().map(|event| &event.0) {
            Some(AccountEvent::Earned(earned)) => Some(row.unwrap_or(0) + earned.points),
            _ => row,
        }
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_event_whose_keys_cannot_be_told_is_parked_under_its_stream(pool: PgPool) {
    let store = open(&pool).await;
    poison(&store).await;
    let follow = Loop::builder(store.clone()).view(Ledger::<false>).build();
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    let parked = follow.parked().await.unwrap();
    assert_eq!((parked.len(), parked[0].key.as_str()), (1, "stream account/a"));
    assert!(follow.retry(parked[0].id).await.is_err());
    running.stop().await;
    let mended = Loop::builder(store.clone()).view(Ledger::<true>).build();
    mended.retry(parked[0].id).await.unwrap();
    let rows: Vec<(String, i64)> = sqlx::query_as("select key, row::bigint from views.ledger order by key")
        .fetch_all(store.pool())
        .await
        .unwrap();
    let expected = [("a", 15), ("b", 21), ("total", 36)].map(|(key, points)| (key.to_owned(), points));
    assert_eq!(rows, expected);
}
