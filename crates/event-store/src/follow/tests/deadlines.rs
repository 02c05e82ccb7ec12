//! What must happen later, by the clock that counts.

use std::sync::Arc;

use guanxi_kernel::{
    Deadline, DeadlineChange, Facts, Policy, Reaction, Recorded, Start, StreamRef, Timestamp,
};
use sqlx::PgPool;

use super::fixture::{PATIENCE, act, start, until};
use super::policies::{Accountant, For};
use crate::deadline::{Clock, ClockError};
use crate::tests::account::{AccountEvent, Accounts, Command, TestEvent, open};
use crate::{EventStore, Loop};

/// Points vanish a day after the last time they were earned, unless somebody takes a seat.
struct Vanish;

impl Policy for Vanish {
    const NAME: &'static str = "vanish";
    const STARTS: Start = Start::Beginning;
    type Event = TestEvent;
    type Command = For;

    fn react(&self, _: &Recorded<TestEvent>, _: &Facts<'_>) -> Vec<Reaction<For>> {
        Vec::new()
    }

    fn deadlines(&self, event: &Recorded<TestEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let key = event.stream.aggregate_id.to_string();
        match event.own().map(|event| &event.0) {
            Some(AccountEvent::Earned(earned)) => vec![DeadlineChange::Set {
                key,
                due_at: event.metadata.occurred_at + jiff::SignedDuration::from_hours(24),
                payload: earned.points.into(),
            }],
            Some(AccountEvent::SeatTaken(_)) => vec![DeadlineChange::Cancel { key }],
            _ => Vec::new(),
        }
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<For>> {
        let points = deadline.payload().unwrap();
        let target = StreamRef::new("account", deadline.key.clone());
        vec![Reaction::new(
            "vanish",
            target,
            For(deadline.key.clone(), Command::Spend(points)),
        )]
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn balance(store: &EventStore, account: &str) -> i64 {
    store.load::<Accounts>(account).await.unwrap().state.points
}

async fn vanishing(pool: &PgPool) -> (EventStore, Loop<TestEvent>) {
    let store = open(pool).await;
    let accountant = Accountant::new(&store);
    let follow = Loop::builder(store.clone())
        .policy(Vanish, Arc::new(accountant))
        .build();
    (store, follow)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_deadline_comes_when_the_watermark_reaches_it(pool: PgPool) {
    let (store, follow) = vanishing(&pool).await;
    follow
        .set_clock(Clock::Watermark(at("2026-03-01T00:00:00Z")), PATIENCE)
        .await
        .unwrap();
    let running = start(&follow);
    act(&store, "a", "c1", Command::Earn(5)).await;
    act(&store, "b", "c2", Command::Earn(5)).await;
    act(&store, "b", "c3", Command::TakeSeat("1".to_owned())).await;
    // The tests' events happen at 02:00 UTC on 1 March 2026.
    follow
        .set_clock(Clock::Watermark(at("2026-03-02T01:59:59Z")), PATIENCE)
        .await
        .unwrap();
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(balance(&store, "a").await, 5);
    follow
        .set_clock(Clock::Watermark(at("2026-03-02T02:00:00Z")), PATIENCE)
        .await
        .unwrap();
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!((balance(&store, "a").await, balance(&store, "b").await), (0, 5));
    let last = store.read::<TestEvent>(3, 10).await.unwrap().remove(0);
    assert_eq!(
        (last.metadata.occurred_at, last.metadata.depth),
        (at("2026-03-02T02:00:00Z"), 1)
    );
    let back = follow
        .set_clock(Clock::Watermark(at("2026-03-01T00:00:00Z")), PATIENCE)
        .await
        .unwrap_err();
    assert!(matches!(back, ClockError::Backwards(_)), "{back}");
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_deadline_that_is_turned_twice_does_one_thing(pool: PgPool) {
    let (store, follow) = vanishing(&pool).await;
    // By the wall's clock, 2 March 2026 may lie behind us or not: a watermark beyond it decides.
    follow
        .set_clock(Clock::Watermark(at("2026-04-01T00:00:00Z")), PATIENCE)
        .await
        .unwrap();
    act(&store, "a", "c0", Command::Earn(100)).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    running.stop().await;
    assert_eq!(balance(&store, "a").await, 0);
    let head = store.head().await.unwrap().position;
    // The policy runs again from the beginning, and sets the same deadline.
    sqlx::query("delete from follow.checkpoints")
        .execute(&pool)
        .await
        .unwrap();
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(store.head().await.unwrap().position, head);
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_deadline_that_chokes_is_set_aside_alone(pool: PgPool) {
    let store = open(&pool).await;
    let accountant = Accountant::new(&store);
    accountant.chokes_on.lock().unwrap().insert("a".to_owned());
    let follow = Loop::builder(store.clone())
        .policy(Vanish, Arc::new(accountant.clone()))
        .build();
    let beyond = Clock::Watermark(at("2026-04-01T00:00:00Z"));
    follow.set_clock(beyond, PATIENCE).await.unwrap();
    act(&store, "a", "c1", Command::Earn(5)).await;
    act(&store, "b", "c2", Command::Earn(5)).await;
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!((balance(&store, "a").await, balance(&store, "b").await), (5, 0));
    let aside = follow.deadlines_set_aside().await.unwrap();
    assert_eq!((aside.len(), aside[0].key.as_str()), (1, "a"));
    accountant.chokes_on.lock().unwrap().clear();
    assert!(follow.retry_deadline("vanish", "a").await.unwrap());
    follow.settle(PATIENCE).await.unwrap();
    assert_eq!(balance(&store, "a").await, 0);
    assert!(!follow.retry_deadline("vanish", "a").await.unwrap());
    running.stop().await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn by_the_wall_what_is_past_is_due(pool: PgPool) {
    let (store, follow) = vanishing(&pool).await;
    assert_eq!(Clock::read(store.pool()).await.unwrap(), Clock::Wall);
    let running = start(&follow);
    act(&store, "a", "c0", Command::Earn(7)).await;
    sqlx::query("update follow.deadlines set due_at = clock_timestamp() - interval '1 second'")
        .execute(&pool)
        .await
        .unwrap();
    until(|| async {
        sqlx::query("update follow.deadlines set due_at = clock_timestamp() - interval '1 second'")
            .execute(&pool)
            .await
            .unwrap();
        balance(&store, "a").await == 0
    })
    .await;
    running.stop().await;
}
