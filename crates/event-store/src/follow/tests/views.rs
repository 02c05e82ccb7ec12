//! Views follow exactly once, whoever is killed.

use std::time::Duration;

use sqlx::PgPool;

use super::fixture::{
    Balances, Doubled, PATIENCE, act, assert_equal_to_log, earn_much, points, start, until, with_balances,
};
use crate::follow::{Batch, FollowError, Standing, WaitError, read_segment};
use crate::tests::account::{Command, TestEvent, open};
use crate::view::Until;
use crate::{Loop, Outcome};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_command_is_seen_at_its_position(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    for n in 1..=20 {
        let answer = act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
        let Outcome::Appended { last, .. } = answer.outcome else {
            panic!("{answer:?}")
        };
        follow.wait_for("balances", last, PATIENCE).await.unwrap();
        assert_eq!(points(&store, "a").await, Some(n));
    }
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn waiting_ends_with_a_reason(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    act(&store, "a", "c1", Command::Earn(1)).await;
    let soon = Duration::from_millis(100);
    let beyond = follow.wait_for("balances", 2, soon).await.unwrap_err();
    assert!(
        matches!(beyond, WaitError::BeyondHead { position: 2, head: 1 }),
        "{beyond}"
    );
    let late = follow.wait_for("balances", 1, soon).await.unwrap_err();
    assert!(matches!(late, WaitError::Timeout { reached: 0, .. }), "{late}");
    let unknown = follow.wait_for("nobody", 1, soon).await.unwrap_err();
    assert!(matches!(unknown, WaitError::Unknown(_)), "{unknown}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn followers_of_another_process_are_waited_for(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    let elsewhere = with_balances(&pool).await.1;
    act(&store, "a", "c1", Command::Earn(1)).await;
    elsewhere.wait_for("balances", 1, PATIENCE).await.unwrap();
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_follower_that_is_killed_again_and_again_counts_once(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let writing = tokio::spawn({
        let store = store.clone();
        async move { earn_much(&store, "k", 60).await }
    });
    for life in 0..15 {
        let running = start(&follow);
        tokio::time::sleep(Duration::from_millis(5 + life * 7)).await;
        running.stop().await;
    }
    writing.await.unwrap();
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_two_processes_one_follows_and_the_other_takes_over(pool: PgPool) {
    let (store, one) = with_balances(&pool).await;
    let (_, two) = with_balances(&pool).await;
    let (first, second) = (start(&one), start(&two));
    earn_much(&store, "t", 40).await;
    one.settle(PATIENCE).await.unwrap();
    first.stop().await;
    earn_much(&store, "u", 40).await;
    two.settle(PATIENCE).await.unwrap();
    assert_equal_to_log(&store, &two).await;
    second.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_follower_thought_dead_cannot_write(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    earn_much(&store, "z", 3).await;
    let view = follow.view("balances").unwrap();
    let (mut zombie, mut alive) = (
        view.follower(store.pool().clone()),
        view.follower(store.pool().clone()),
    );
    let (old, at) = (zombie.resume().await.unwrap(), alive.resume().await.unwrap());
    let segment = read_segment::<TestEvent>(&mut store.pool().acquire().await.unwrap(), at.mark, 1000, None)
        .await
        .unwrap()
        .unwrap();
    let batch = Batch::of(vec![segment.into()]).unwrap();
    alive.work(&batch, &at).await.unwrap();
    let error = zombie.work(&batch, &old).await.unwrap_err();
    assert!(matches!(error, FollowError::Superseded), "{error}");
    assert_equal_to_log(&store, &follow).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_zombie_whose_number_was_pruned_cannot_write_either(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let view = follow.view("balances").unwrap();
    let (mut zombie, mut alive) = (
        view.follower(store.pool().clone()),
        view.follower(store.pool().clone()),
    );
    let (old, mut at) = (zombie.resume().await.unwrap(), alive.resume().await.unwrap());
    for n in 0..40 {
        act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
        let segment = read_segment::<TestEvent>(&mut store.pool().acquire().await.unwrap(), at.mark, 1, None)
            .await
            .unwrap()
            .unwrap();
        at = alive
            .work(&Batch::of(vec![segment.into()]).unwrap(), &at)
            .await
            .unwrap();
    }
    let segment = read_segment::<TestEvent>(&mut store.pool().acquire().await.unwrap(), old.mark, 1, None)
        .await
        .unwrap()
        .unwrap();
    let error = zombie
        .work(&Batch::of(vec![segment.into()]).unwrap(), &old)
        .await
        .unwrap_err();
    assert!(matches!(error, FollowError::Superseded), "{error}");
    let kept: i64 = sqlx::query_scalar("select count(*) from follow.checkpoints")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert!(kept < 20, "{kept} checkpoints are kept");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn analysts_see_typed_columns_with_comments_and_nothing_else(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    act(&store, "a", "c1", Command::Earn(5)).await;
    follow.settle(PATIENCE).await.unwrap();
    let mut reader = pool.acquire().await.unwrap();
    sqlx::query("set role guanxi_reader")
        .execute(&mut *reader)
        .await
        .unwrap();
    let row: (String, i64) = sqlx::query_as("select account, points from reporting.balances")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(row, ("a".to_owned(), 5));
    let comment: String = sqlx::query_scalar("select col_description('reporting.balances'::regclass, 2)")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(comment, "What it isn't yet spent.");
    for sql in [
        "select * from views.balances_v1",
        "select * from log.events",
        "delete from reporting.balances",
    ] {
        assert!(sqlx::query(sql).execute(&mut *reader).await.is_err(), "{sql}");
    }
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_higher_version_is_built_and_then_shown(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    let running = start(&follow);
    earn_much(&store, "v", 5).await;
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    let before = points(&store, "v4").await.unwrap();

    let newer = Loop::builder(store.clone()).view_with_totals(Doubled).build();
    let running = start(&newer);
    newer.settle(PATIENCE).await.unwrap();
    until(|| async { points(&store, "v4").await == Some(2 * before) }).await;
    assert_equal_to_log(&store, &newer).await;
    running.stop().await;

    // The program of yesterday must not write any more.
    let running = start(&follow);
    until(|| async { matches!(follow.status()[0].standing, Standing::Stopped(_)) }).await;
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_view_is_told_as_of_any_position(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    for n in 1..=5 {
        act(&store, "a", &format!("a{n}"), Command::Earn(n)).await;
        act(&store, "b", &format!("b{n}"), Command::Earn(n * 10)).await;
    }
    let then = follow
        .replay("balances", Some("a"), Until::Position(5))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (then.position, then.rows.len(), &then.rows["a"]["points"]),
        (5, 1, &6.into())
    );
    let at: jiff_sqlx::Timestamp =
        sqlx::query_scalar("select recorded_at from log.events where position = 4")
            .fetch_one(store.pool())
            .await
            .unwrap();
    let then = follow
        .replay("balances", None, Until::Recorded(at.to_jiff()))
        .await
        .unwrap()
        .unwrap();
    assert!(
        then.position >= 4 && then.rows.len() == 2 && then.totals.len() > 1,
        "{then:?}"
    );
    assert!(
        follow
            .replay("nothing", None, Until::Head)
            .await
            .unwrap()
            .is_none()
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_api_process_prepares_the_tables_without_following(pool: PgPool) {
    let store = open(&pool).await;
    let follow: Loop<TestEvent> = Loop::builder(store.clone()).view(Balances).build();
    follow.prepare().await.unwrap();
    follow.prepare().await.unwrap();
    assert_eq!(points(&store, "a").await, None);
}
