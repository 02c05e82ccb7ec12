//! Followers far behind the head share what they read, whatever their speeds, and each sees everything once.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::time::sleep;

use super::fixture::{PATIENCE, earn_much};
use crate::EventStore;
use crate::follow::convoy::{Convoy, Member};
use crate::follow::{Mark, Segment};
use crate::tests::account::{TestEvent, open};

const LIMIT: usize = 10;

async fn log(pool: &PgPool) -> (EventStore, Convoy<TestEvent>) {
    let store = open(pool).await;
    earn_much(&store, "a", 40).await;
    let convoy = Convoy::new(store.pool().clone());
    (store, convoy)
}

async fn next(member: &mut Member<TestEvent>, at: &mut Mark) -> Option<Arc<Segment<TestEvent>>> {
    let segment = member.next(*at, LIMIT, None).await.unwrap()?;
    assert_eq!(segment.after, *at);
    *at = segment.last;
    Some(segment)
}

/// Reads to the end with a pause behind each segment; the positions seen.
async fn read_all(mut member: Member<TestEvent>, pause: Duration) -> Vec<u64> {
    let (mut at, mut seen) = (Mark::default(), Vec::new());
    while let Some(segment) = next(&mut member, &mut at).await {
        seen.extend(segment.events.iter().map(|event| event.position));
        sleep(pause).await;
    }
    seen
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_is_at_the_same_place_gets_the_same_segment(pool: PgPool) {
    let (_store, convoy) = log(&pool).await;
    let (mut one, mut other) = (convoy.join(), convoy.join());
    let (mut here, mut there) = (Mark::default(), Mark::default());
    let mut shared = 0;
    loop {
        let (first, second) = tokio::join!(next(&mut one, &mut here), next(&mut other, &mut there));
        let (Some(first), Some(second)) = (first, second) else {
            break;
        };
        assert!(Arc::ptr_eq(&first, &second));
        shared += first.events.len() as u64;
    }
    assert_eq!(shared, here.position);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn all_speeds_see_every_event_once(pool: PgPool) {
    let (store, convoy) = log(&pool).await;
    let members = [0, 0, 1, 5].map(|pause| {
        let (member, pause) = (convoy.join(), Duration::from_millis(pause));
        tokio::spawn(read_all(member, pause))
    });
    let head = store.head().await.unwrap().position;
    for member in members {
        assert_eq!(member.await.unwrap(), (1..=head).collect::<Vec<_>>());
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_stands_still_holds_nobody_up_for_long_and_reads_on_later(pool: PgPool) {
    let (store, convoy) = log(&pool).await;
    let (mut slow, mut at) = (convoy.join(), Mark::default());
    next(&mut slow, &mut at).await.unwrap();
    let head = store.head().await.unwrap().position;
    let fast = tokio::time::timeout(PATIENCE, read_all(convoy.join(), Duration::ZERO));
    assert_eq!(fast.await.unwrap().len() as u64, head);
    while next(&mut slow, &mut at).await.is_some() {}
    assert_eq!(at.position, head);
}
