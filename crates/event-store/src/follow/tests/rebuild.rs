//! A rebuild beside the live view: equal, or not swapped; and never queueing behind a reader.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;

use super::fixture::{
    PATIENCE, act, assert_equal_to_log, earn_much, points, start, superstitious, until, with_balances,
};
use crate::tests::account::Command;
use crate::view::{RebuildError, RebuildOptions};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_rebuild_under_load_equals_the_live_view(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    earn_much(&store, "a", 40).await;
    follow.settle(PATIENCE).await.unwrap();
    let writing = tokio::spawn({
        let store = store.clone();
        async move { earn_much(&store, "b", 80).await }
    });
    let seen = AtomicU64::new(0);
    let progress = |now: crate::view::RebuildProgress| seen.store(now.position, Ordering::Relaxed);
    let report = follow
        .rebuild("balances", RebuildOptions::default(), &progress)
        .await
        .unwrap();
    assert!(
        report.equal && report.swapped && report.generation == 2,
        "{report:?}"
    );
    assert!(seen.load(Ordering::Relaxed) > 0);
    writing.await.unwrap();
    follow.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &follow).await;
    let again = follow
        .rebuild("balances", RebuildOptions::default(), &|_| {})
        .await
        .unwrap();
    assert!(again.equal && again.generation == 3, "{again:?}");
    act(&store, "a1", "last", Command::Earn(1)).await;
    follow.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_rebuild_waits_for_an_analyst_and_nobody_waits_for_the_rebuild(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    earn_much(&store, "a", 10).await;
    follow.settle(PATIENCE).await.unwrap();
    let mut analyst = pool.begin().await.unwrap();
    let seen: i64 = sqlx::query_scalar("select sum(points)::bigint from reporting.balances")
        .fetch_one(&mut *analyst)
        .await
        .unwrap();
    let hasty = RebuildOptions {
        patience: Duration::from_millis(300),
        ..RebuildOptions::default()
    };
    let error = follow.rebuild("balances", hasty, &|_| {}).await.unwrap_err();
    assert!(matches!(error, RebuildError::InUse(_)), "{error}");

    let rebuilding = tokio::spawn({
        let follow = follow.clone();
        async move {
            follow
                .rebuild("balances", RebuildOptions::default(), &|_| {})
                .await
                .unwrap()
        }
    });
    for n in 0..10 {
        let begun = Instant::now();
        let _: i64 = sqlx::query_scalar("select count(*) from reporting.balances")
            .fetch_one(store.pool())
            .await
            .unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "a reader queued for {:?}",
            begun.elapsed()
        );
        act(&store, "a0", &format!("meanwhile-{n}"), Command::Earn(1)).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert!(!rebuilding.is_finished());
    let still: i64 = sqlx::query_scalar("select sum(points)::bigint from reporting.balances")
        .fetch_one(&mut *analyst)
        .await
        .unwrap();
    assert!(still >= seen);
    analyst.rollback().await.unwrap();
    let report = rebuilding.await.unwrap();
    assert!(report.equal && report.swapped, "{report:?}");
    follow.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_row_changed_by_hand_is_found_and_only_force_swaps(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    earn_much(&store, "a", 5).await;
    follow.settle(PATIENCE).await.unwrap();
    sqlx::query("update views.balances_v1 set row = jsonb_set(row, '{points}', '999') where key = 'a3'")
        .execute(&pool)
        .await
        .unwrap();
    let report = follow
        .rebuild("balances", RebuildOptions::default(), &|_| {})
        .await
        .unwrap();
    assert!(
        !report.equal && !report.swapped && report.live != report.live_stored,
        "{report:?}"
    );
    assert_eq!(points(&store, "a3").await, Some(999));
    let forced = RebuildOptions {
        force: true,
        ..RebuildOptions::default()
    };
    let report = follow.rebuild("balances", forced, &|_| {}).await.unwrap();
    assert!(!report.equal && report.swapped, "{report:?}");
    until(|| async { points(&store, "a3").await != Some(999) }).await;
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn parked_keys_are_left_aside(pool: PgPool) {
    let (store, follow) = superstitious(&pool).await;
    act(&store, "a", "c1", Command::Earn(1)).await;
    act(&store, "a", "c2", Command::Earn(13)).await;
    act(&store, "b", "c3", Command::Earn(2)).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    // A mended program rebuilds: what the live version has parked is no difference.
    let (_, mended) = with_balances(&pool).await;
    let report = mended
        .rebuild("balances", RebuildOptions::default(), &|_| {})
        .await
        .unwrap();
    assert!(
        report.equal && report.swapped && report.parked_aside == ["a"],
        "{report:?}"
    );
    assert!(mended.parked().await.unwrap().is_empty());
    assert_eq!(points(&store, "a").await, Some(14));
    assert_equal_to_log(&store, &mended).await;
}
