//! Notices: durable once, leased, sealed.

use guanxi_kernel::MemberId;
use sqlx::PgPool;

use super::account::open;
use crate::inbox::{Inbox, NewNotice, Put, Settled};

fn notice(key: &str, body: &str) -> NewNotice {
    NewNotice {
        source: "test",
        key: key.to_owned(),
        headers: "{}".to_owned(),
        body: body.as_bytes().to_vec(),
        received_at: "2026-03-01T10:00:00Z".parse().unwrap(),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_notice_that_comes_a_hundred_times_is_kept_once(pool: PgPool) {
    let inbox = Inbox::open(open(&pool).await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let inbox = inbox.clone();
        tasks.spawn(async move { inbox.put(notice("n1", "secret")).await.unwrap() });
    }
    let mut new = 0;
    while let Some(put) = tasks.join_next().await {
        new += usize::from(put.unwrap() == Put::New);
    }
    assert_eq!(new, 1);
    assert_eq!(
        inbox.put(notice("n1", "other")).await.unwrap(),
        Put::New,
        "the same key with another body"
    );
    let keys: i64 = sqlx::query_scalar("select count(*) from log.subject_keys")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(keys, 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_leased_notice_is_taken_by_nobody_else(pool: PgPool) {
    let inbox = Inbox::open(open(&pool).await);
    inbox.put(notice("n1", "secret")).await.unwrap();
    let taken = inbox.take("test", 10).await.unwrap();
    assert_eq!((taken.len(), taken[0].body.as_slice()), (1, b"secret".as_slice()));
    assert!(inbox.take("test", 10).await.unwrap().is_empty());
    inbox
        .settle(taken[0].id, &Settled::Failed("no order".to_owned()))
        .await
        .unwrap();
    assert!(inbox.retry(taken[0].id).await.unwrap());
    assert_eq!(inbox.take("test", 10).await.unwrap().len(), 1);
    inbox
        .settle(taken[0].id, &Settled::Done("order o1".to_owned()))
        .await
        .unwrap();
    assert_eq!(inbox.counts().await.unwrap().done, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_body_is_sealed_and_belongs_to_the_member(pool: PgPool) {
    let store = open(&pool).await;
    let inbox = Inbox::open(store.clone());
    inbox.put(notice("n1", "oTest-openid")).await.unwrap();
    let taken = inbox.take("test", 1).await.unwrap();
    let member = MemberId::new("m1").unwrap();
    store
        .vault()
        .adopt(&[taken[0].subject.clone()], &member)
        .await
        .unwrap();
    assert_eq!(
        store.vault().subjects_of(&member).await.unwrap(),
        [taken[0].subject.clone()]
    );
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed from log.inbox")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!sealed.windows(12).any(|window| window == b"oTest-openid"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_notice_that_cannot_be_kept_takes_no_other_with_it(pool: PgPool) {
    let inbox = Inbox::open(open(&pool).await);
    let too_long = "k".repeat(257);
    let puts = ["n1", &too_long, "n2"].map(|key| inbox.put(notice(key, "body")));
    let kept: Vec<_> = futures::future::join_all(puts)
        .await
        .iter()
        .map(Result::is_ok)
        .collect();
    assert_eq!(kept, [true, false, true]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_body_under_a_known_key_is_told_apart(pool: PgPool) {
    let inbox = Inbox::open(open(&pool).await);
    inbox.put(notice("n1", "first")).await.unwrap();
    let clash: Vec<(String, bool)> = sqlx::query_as(
        "select subject, clash from log.inbox_put(array['test', 'test', 'test'], array['n1', 'n2', 'n3'],
             array['00', '00', '00'], array['s1', 's2', 's3'], array['00', '00', '00'],
             array['\\x00', '\\x00', '\\x00']::bytea[], array['2026-03-01Z', '2026-03-01Z', '2026-03-01Z'])",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let clashes: Vec<_> = clash
        .iter()
        .filter(|(_, clash)| *clash)
        .map(|(subject, _)| subject.as_str())
        .collect();
    assert_eq!((clash.len(), clashes), (3, vec!["s1"]));
}
