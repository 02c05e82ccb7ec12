//! Views that are fed hold what the log says, whatever became of the records on their way.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinHandle;

use super::fixture::{PATIENCE, act, assert_equal_to_log, earn_much, points, with_balances};
use crate::follow::{Batch, Checkpoint, Feed, FeedSender, Identity, Mark, read_segment};
use crate::tests::account::{Command, TestEvent};
use crate::{EventStore, Loop};

/// The log as records of the view, about ten events each.
async fn records(store: &EventStore, follow: &Loop<TestEvent>) -> Vec<Vec<u8>> {
    let (mut at, mut records) = (Mark::default(), Vec::new());
    while let Some(segment) =
        read_segment::<TestEvent>(&mut store.pool().acquire().await.unwrap(), at, 10, None)
            .await
            .unwrap()
    {
        at = segment.last;
        let batch = Batch::of(vec![Arc::new(segment)]).unwrap();
        for fed in follow.feed(&batch).await.unwrap() {
            records.extend(fed.records);
        }
    }
    records
}

/// Follows the view by what is sent.
fn following(follow: &Loop<TestEvent>) -> (FeedSender, JoinHandle<()>) {
    let ((sender, feed), follow) = (Feed::new(), follow.clone());
    let task = tokio::spawn(async move { follow.follow_fed("balances", feed).await.unwrap() });
    (sender, task)
}

fn send_all(sender: &FeedSender, records: &[Vec<u8>]) {
    for (offset, record) in (0..).zip(records) {
        sender.send(offset, record);
    }
}

async fn until_the_end(store: &EventStore, follow: &Loop<TestEvent>) {
    let head = store.head().await.unwrap().position;
    follow.wait_for("balances", head, PATIENCE).await.unwrap();
    assert_equal_to_log(store, follow).await;
}

fn edited(record: &[u8], edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(record).unwrap();
    edit(&mut value);
    value.to_string().into_bytes()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_offset_is_committed_with_the_rows(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    earn_much(&store, "a", 8).await;
    let records = records(&store, &follow).await;
    assert!(records.len() > 2, "there is something to go wrong");
    assert_eq!(follow.fed_up_to("balances").await.unwrap(), None);
    let (sender, task) = following(&follow);
    send_all(&sender, &records);
    until_the_end(&store, &follow).await;
    let next = i64::try_from(records.len()).unwrap();
    assert_eq!(follow.fed_up_to("balances").await.unwrap(), Some(next));
    task.abort();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn records_may_be_missing_come_twice_late_or_be_garbage(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    earn_much(&store, "a", 8).await;
    let records = records(&store, &follow).await;
    let (sender, task) = following(&follow);
    let garbage = b"no run".to_vec();
    let mut sent = vec![records[0].clone(), garbage.clone(), records[0].clone()];
    // The second comes late, the last but one not at all.
    sent.extend([records[2].clone(), records[1].clone()]);
    sent.extend(records[records.len() - 1..].to_vec());
    send_all(&sender, &sent);
    until_the_end(&store, &follow).await;
    // Whatever garbage was in place of: it lies in the log.
    act(&store, "a0", "more", Command::Earn(5)).await;
    sender.send(99, &garbage);
    until_the_end(&store, &follow).await;
    task.abort();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_run_in_parts_is_folded_whole_and_half_a_run_never(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    earn_much(&store, "a", 4).await;
    let whole = records(&store, &follow).await;
    let events = |record: &[u8]| serde_json::from_slice::<Value>(record).unwrap()["events"].clone();
    let cut = |record: &[u8], part: usize| {
        let all = events(record).as_array().unwrap().clone();
        let (first, second) = all.split_at(all.len() / 2);
        let of_part = [first, second][part].to_vec();
        edited(record, |run| {
            (run["part"], run["parts"], run["events"]) = (json!(part), json!(2), json!(of_part));
        })
    };
    let (sender, task) = following(&follow);
    // The second half of the first run only, as after a topic was cut off; then everything in halves.
    let mut sent = vec![cut(&whole[0], 1)];
    sent.extend(whole.iter().flat_map(|record| [cut(record, 0), cut(record, 1)]));
    send_all(&sender, &sent);
    until_the_end(&store, &follow).await;
    task.abort();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn runs_for_another_version_or_of_another_past_are_not_folded(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    act(&store, "a", "c1", Command::Earn(7)).await;
    let first = records(&store, &follow).await.remove(0);
    let (sender, task) = following(&follow);
    // An older program found nothing in it for its version of the view.
    let older = edited(&first, |run| {
        (run["version"], run["events"]) = (json!(9), json!([]));
    });
    sender.send(0, &older);
    until_the_end(&store, &follow).await;
    assert_eq!(points(&store, "a").await, Some(7));
    // The database was restored: what was behind this place is another log's.
    act(&store, "a", "c2", Command::Earn(1)).await;
    let second = records(&store, &follow).await.remove(0);
    let past = edited(&second, |run| {
        run["after"] = serde_json::from_slice::<Value>(&first).unwrap()["last"].clone();
        run["last"]["chain"] = json!("11".repeat(32));
    });
    sender.send(1, &past);
    sender.send(2, &second);
    until_the_end(&store, &follow).await;
    assert_eq!(points(&store, "a").await, Some(8));
    assert_eq!(follow.fed_up_to("balances").await.unwrap(), None);
    task.abort();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_two_that_are_fed_the_same_each_event_is_folded_once(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    earn_much(&store, "a", 12).await;
    let records = records(&store, &follow).await;
    // One of them was frozen and does not know that the view is the other's now.
    let elsewhere = with_balances(&pool).await.1;
    let (mine, other) = (following(&follow), following(&elsewhere));
    for (offset, record) in (0..).zip(&records) {
        mine.0.send(offset, record);
        other.0.send(offset, record);
        tokio::task::yield_now().await;
    }
    until_the_end(&store, &follow).await;
    for (_, task) in [mine, other] {
        assert!(!task.is_finished(), "both live");
        task.abort();
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_that_is_frozen_inside_its_transaction_holds_nobody_up(pool: PgPool) {
    let (store, follow) = with_balances(&pool).await;
    follow.prepare().await.unwrap();
    earn_much(&store, "a", 4).await;
    let first = Checkpoint {
        feed_offset: Some(1),
        ..Checkpoint::default().next(Mark::default())
    };
    let mut frozen = pool.begin().await.unwrap();
    first
        .insert(&mut frozen, &Identity::new("balances", 1))
        .await
        .unwrap();
    let (sender, task) = following(&follow);
    send_all(&sender, &records(&store, &follow).await);
    until_the_end(&store, &follow).await;
    assert!(frozen.commit().await.is_err(), "PostgreSQL has ended it");
    task.abort();
}
