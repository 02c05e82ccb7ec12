//! The short way: what is plain is recorded before it is answered.

use axum::http::StatusCode;
use guanxi_domain::order::OrderStatus;
use guanxi_event_store::inbox::{InboxCounts, InboxState};
use sqlx::PgPool;

use super::house::{count, open, order, place, register};
use super::notices::payment_json;
use super::post_office::{Provider, Server};

const CAPTURED: &str = "order.payment_captured.v1";

/// A server, with a payer who is known by a first payment, and orders that wait for theirs.
async fn with_known_payer(pool: &PgPool, provider: &Provider) -> Server {
    let server = Server::new(open(pool).await, provider.merchants(true));
    for number in 1..=3 {
        place(&server.store, &format!("O{number}"), 10_000).await;
        register(
            &server.store,
            &format!("O{number}"),
            &format!("T{number}"),
            10_000,
        )
        .await;
    }
    let first = provider.payment(&payment_json("T1", "4201", 10_000, "oTest-1"));
    assert_eq!(server.deliver(&first).await, StatusCode::OK);
    assert_eq!(server.counts().await.waiting, 1, "a stranger takes the long way");
    server.worker.drain().await.unwrap();
    server
}

async fn of_inbox(server: &Server) -> (i64, i64, i64) {
    let InboxCounts {
        waiting,
        done,
        failed,
    } = server.counts().await;
    (waiting, done, failed)
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_known_payers_payment_is_recorded_when_it_is_answered(pool: PgPool) {
    let provider = Provider::new();
    let server = with_known_payer(&pool, &provider).await;
    let notice = provider.payment(&payment_json("T2", "4202", 10_000, "oTest-1"));
    for _ in 0..2 {
        assert_eq!(server.deliver(&notice).await, StatusCode::OK);
        assert_eq!(of_inbox(&server).await, (0, 2, 0));
    }
    let paid = order(&server.store, "O2").await;
    assert_eq!(paid.status(), OrderStatus::Paid);
    assert_eq!(paid.member_id, order(&server.store, "O1").await.member_id);
    assert_eq!(
        server.results(InboxState::Done).await,
        ["recorded: order O1", "recorded: order O2"]
    );

    // What was kept can be translated again, and means the same.
    sqlx::query("update log.inbox set state = 'waiting', next_attempt_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(server.worker.drain().await.unwrap(), 2);
    assert_eq!(
        server.results(InboxState::Done).await,
        ["recorded: order O1", "recorded: order O2"]
    );
    assert_eq!(count(&server.store, CAPTURED).await, 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_key_that_was_used_for_another_body_takes_the_long_way(pool: PgPool) {
    let provider = Provider::new();
    let server = with_known_payer(&pool, &provider).await;
    for (attempt, transaction, expected) in [("T2", "4202", (0, 2, 0)), ("T3", "4203", (1, 2, 0))] {
        let body = payment_json(attempt, transaction, 10_000, "oTest-1");
        let notice = provider.notice_with("same", "TRANSACTION.SUCCESS", "transaction", &body);
        assert_eq!(server.deliver(&notice).await, StatusCode::OK);
        assert_eq!(of_inbox(&server).await, expected);
    }
    server.worker.drain().await.unwrap();
    assert_eq!(of_inbox(&server).await, (0, 3, 0));
    assert_eq!(count(&server.store, CAPTURED).await, 3);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn who_has_the_head_of_the_log_holds_up_no_answer(pool: PgPool) {
    let provider = Provider::new();
    let server = with_known_payer(&pool, &provider).await;
    let mut held = pool.begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(7305803671234501)")
        .execute(&mut *held)
        .await
        .unwrap();
    let notice = provider.payment(&payment_json("T2", "4202", 10_000, "oTest-1"));
    assert_eq!(server.deliver(&notice).await, StatusCode::OK);
    assert_eq!(of_inbox(&server).await, (1, 1, 0), "kept, and not recorded yet");
    held.rollback().await.unwrap();
    // Now both ways come to their end.
    server.worker.drain().await.unwrap();
    assert_eq!(of_inbox(&server).await, (0, 2, 0));
    assert_eq!(count(&server.store, CAPTURED).await, 2);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn money_that_contradicts_the_log_takes_the_long_way_to_a_person(pool: PgPool) {
    let provider = Provider::new();
    let server = with_known_payer(&pool, &provider).await;
    let other = provider.payment(&payment_json("T1", "4201", 9_000, "oTest-1"));
    assert_eq!(server.deliver(&other).await, StatusCode::OK);
    server.worker.drain().await.unwrap();
    assert_eq!(of_inbox(&server).await, (0, 1, 1));
    assert_eq!(count(&server.store, CAPTURED).await, 1);
}
