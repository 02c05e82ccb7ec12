//! Logs that are not as they were, and events that are not ours.

use guanxi_kernel::{Fact, Recorded};
use sqlx::PgPool;

use super::fixture::{PATIENCE, act, points, start, until, with_balances};
use crate::Loop;
use crate::audit::hash;
use crate::follow::Standing;
use crate::tests::account::{Command, TestEvent, open};
use crate::view::View;

/// Appends a row past the function, as the owner could.
async fn slip_in(pool: &PgPool, aggregate_type: &str, event_type: &str) {
    let (head, before): (i64, Vec<u8>) =
        sqlx::query_as("select last, chain from log.batches order by last desc limit 1")
            .fetch_one(pool)
            .await
            .unwrap();
    let chain = hash::chain(
        &before.try_into().unwrap(),
        head + 1,
        1,
        1_900_000_000_000_000,
        &[1; 32],
    );
    sqlx::query(
        "insert into log.events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, \
           payload, metadata, hash, recorded_at) \
         values ($1, 'e' || $1, $2, 'x', $1, $3, '1', '{\"n\": 1}', '{}', '', to_timestamp(1900000000))",
    )
    .bind(head + 1)
    .bind(aggregate_type)
    .bind(event_type)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("insert into log.batches values ($1, 1, $2, $3, to_timestamp(1900000000))")
        .bind(head + 1)
        .bind([1_u8; 32].as_slice())
        .bind(chain.as_slice())
        .execute(pool)
        .await
        .unwrap();
}

fn stopped(follow: &Loop<TestEvent>, about: &str) -> bool {
    matches!(&follow.status()[0].standing, Standing::Stopped(why) if why.contains(about))
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_unknown_event_of_ours_stops_the_follower(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    act(&store, "a", "c1", Command::Earn(1)).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    slip_in(&pool, "account", "account.blessed.v9").await;
    act(&store, "a", "c2", Command::Earn(1)).await;
    until(|| async { stopped(&follow, "position 2") }).await;
    assert_eq!(
        (
            points(&store, "a").await,
            follow.progress("balances").await.unwrap()
        ),
        (Some(1), 1)
    );
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_log_that_was_cut_and_grew_again_is_refused(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    for n in 0..3 {
        act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
    }
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    for table in [
        "log.events where position > 1",
        "log.batches where last > 1",
        "log.commands where first_sequence > 1",
    ] {
        sqlx::query(&format!("delete from {table}"))
            .execute(&pool)
            .await
            .unwrap();
    }
    let elsewhere = open(&pool).await;
    for n in 10..14 {
        act(&elsewhere, "b", &format!("c{n}"), Command::Earn(1)).await;
    }
    let running = start(&follow);
    until(|| async { stopped(&follow, "does not continue") }).await;
    assert_eq!(points(&store, "b").await, None);
    running.stop().await;
}

/// The positions of what others have appended, in order.
struct Strangers;

impl View for Strangers {
    const NAME: &'static str = "strangers";
    const VERSION: u32 = 1;
    type Event = TestEvent;
    type Key = String;
    type Row = Vec<u64>;

    fn keys(&self, event: &Recorded<TestEvent>) -> Vec<String> {
        match &event.fact {
            Fact::Foreign(payload) if payload.contains("\"n\"") => {
                vec![event.stream.aggregate_type.to_string()]
            }
            _ => Vec::new(),
        }
    }

    fn evolve(&self, _: &String, row: Option<Vec<u64>>, event: &Recorded<TestEvent>) -> Option<Vec<u64>> {
        let mut row = row.unwrap_or_default();
        row.push(event.position);
        Some(row)
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn foreign_events_come_in_order_to_those_who_ask(pool: PgPool) {
    let store = open(&pool).await;
    let follow = Loop::builder(store.clone())
        .view_with_totals(super::fixture::Balances)
        .view(Strangers)
        .build();
    act(&store, "a", "c1", Command::Earn(1)).await;
    let running = start(&follow);
    for n in 2..5 {
        slip_in(&pool, "weather", "rained").await;
        act(&store, "a", &format!("c{n}"), Command::Earn(1)).await;
    }
    follow.settle(PATIENCE).await.unwrap();
    let seen: serde_json::Value = sqlx::query_scalar("select row from views.strangers where key = 'weather'")
        .fetch_one(store.pool())
        .await
        .unwrap();
    assert_eq!(
        (seen, points(&store, "a").await),
        (serde_json::json!([2, 4, 6]), Some(4))
    );
    running.stop().await;
}
