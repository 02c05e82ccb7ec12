//! Poison is set aside, and nothing else.

use sqlx::PgPool;

use super::fixture::{
    PATIENCE, act, assert_equal_to_log, points, start, superstitious, until, with_balances,
};
use crate::EventStore;
use crate::follow::ParkedError;
use crate::tests::account::Command;

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
