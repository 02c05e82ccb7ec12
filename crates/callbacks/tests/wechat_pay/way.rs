//! The whole way: signed request, answer, inbox, translation, log.

use axum::http::StatusCode;
use guanxi_callbacks::wechat_pay::headers::NoticeHeaders;
use guanxi_callbacks::wechat_pay::{WrittenNotice, keys::SigningKey};
use guanxi_domain::order::OrderStatus;
use guanxi_event_store::inbox::{InboxCounts, InboxState};
use guanxi_kernel::Fen;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::house::{MERCHANT, at, count, open, order, place, register, settle};
use super::notices::{payment_json, refund_json};
use super::post_office::{Provider, Server};

fn inbox(waiting: i64, done: i64, failed: i64) -> InboxCounts {
    InboxCounts {
        waiting,
        done,
        failed,
    }
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn one_notice_a_hundred_times_at_once_and_again(pool: PgPool) {
    let provider = Provider::new();
    let servers = [
        Server::new(open(&pool).await, provider.merchants(true)),
        Server::new(open(&pool).await, provider.merchants(true)),
    ];
    let store = &servers[0].store;
    place(store, "O1", 10_000).await;
    register(store, "O1", "T1", 10_000).await;
    for round in 0..2 {
        // The second round carries a new signature and a new ciphertext under the same id, as a retry may.
        let body = payment_json("T1", "4200", 10_000, "oTest-1");
        let notice = provider.notice_with("n1", "TRANSACTION.SUCCESS", "transaction", &body);
        let tasks: Vec<_> = (0..100)
            .map(|number| {
                let (server, notice) = (servers[number % 2].clone(), notice.clone());
                tokio::spawn(async move {
                    let status = server.deliver(&notice).await;
                    server.worker.drain().await.unwrap();
                    status
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), StatusCode::OK, "round {round}");
        }
    }
    servers[0].worker.drain().await.unwrap();
    assert_eq!(servers[0].counts().await, inbox(0, 2, 0));
    assert_eq!(count(store, "order.payment_captured.v1").await, 1);
    assert_eq!(order(store, "O1").await.status(), OrderStatus::Paid);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_ledger_notice_that_calls_itself_a_payment_is_kept_and_books_nothing(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    place(&server.store, "O1", 10_000).await;
    register(&server.store, "O1", "T1", 10_000).await;
    let ledger = json!({"mchid": MERCHANT, "transaction_id": "4200", "order_id": "30", "out_order_no": "PS1",
        "receiver": {"type": "MERCHANT_ID", "account": "1900000109", "amount": 1990, "description": "门店分账"},
        "success_time": "2026-03-01T10:04:59+08:00"});
    server
        .deliver(&provider.payment(&payment_json("T1", "4200", 10_000, "oTest-1")))
        .await;
    server.deliver(&provider.payment(&ledger)).await;
    for (event, body) in [
        ("SECURITY_ECHO.SUCCESS", json!({})),
        ("COMPLAINT.CREATE", json!({"a": 1})),
    ] {
        assert_eq!(
            server.deliver(&provider.notice(event, "security", &body)).await,
            StatusCode::OK
        );
    }
    server.worker.drain().await.unwrap();
    let results = [
        "recorded: order O1",
        "kept: profit_sharing",
        "kept: unknown",
        "kept: unknown",
    ];
    assert_eq!(server.results(InboxState::Done).await, results);
    assert_eq!(count(&server.store, "order.payment_captured.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn probes_forgeries_and_strangers_leave_nothing(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    let good = provider.payment(&payment_json("T1", "4200", 10_000, "oTest-1"));
    let mut probe = good.clone();
    probe
        .headers
        .signature
        .replace_range(0..19, "WECHATPAY/SIGNTEST/");
    let mut changed = good.clone();
    changed.body[10] ^= 1;
    let other_key = Provider::new().payment(&payment_json("T1", "4200", 10_000, "oTest-1"));
    let unknown = NoticeHeaders {
        serial: "4D5E".into(),
        ..good.headers.clone()
    };
    let unknown = WrittenNotice {
        headers: unknown,
        body: good.body.clone(),
    };
    for notice in [probe, changed, other_key, unknown] {
        assert_eq!(server.deliver(&notice).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(server.counts().await, inbox(0, 0, 0));
    assert_eq!(server.deliver(&good).await, StatusCode::OK);
    assert_eq!(server.counts().await, inbox(1, 0, 0));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn without_a_database_there_is_no_200_and_the_next_delivery_counts(pool: PgPool) {
    let provider = Provider::new();
    let down = Server::new(open(&pool).await, provider.merchants(true));
    down.store.pool().close().await;
    let notice = provider.payment(&payment_json("T1", "4200", 10_000, "oTest-1"));
    assert_eq!(down.deliver(&notice).await, StatusCode::SERVICE_UNAVAILABLE);
    let up = Server::new(open(&pool).await, provider.merchants(true));
    assert_eq!(up.counts().await, inbox(0, 0, 0));
    assert_eq!(up.deliver(&notice).await, StatusCode::OK);
    assert_eq!(up.counts().await, inbox(1, 0, 0));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_vectors_are_taken_with_certificate_and_public_key_side_by_side(pool: PgPool) {
    let provider = Provider::new();
    let vector: Value = serde_json::from_str(include_str!("../../vectors/s1.json")).unwrap();
    let text = |field: &str| vector[field].as_str().unwrap().to_owned();
    let headers = NoticeHeaders {
        timestamp: text("timestamp"),
        nonce: text("nonce"),
        signature: text("signature"),
        serial: text("serial"),
        signature_type: None,
        request_id: None,
    };
    let s1 = WrittenNotice {
        headers,
        body: text("body").into_bytes(),
    };
    let then = at("2026-03-01T10:00:03+08:00");
    let server = Server::with_clock(
        open(&pool).await,
        provider.merchants(true),
        std::sync::Arc::new(move || then),
    );
    assert_eq!(server.deliver(&s1).await, StatusCode::OK);
    let notice = provider.writer.sign(s1.body.clone(), then).unwrap();
    assert_eq!(
        server.deliver(&notice).await,
        StatusCode::OK,
        "the same body under the public key"
    );
    server.worker.drain().await.unwrap();
    assert_eq!(server.counts().await, inbox(0, 1, 0));
    assert_eq!(count(&server.store, "suspense.payment_parked.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn what_did_not_open_is_kept_and_translated_once_the_key_is_right(pool: PgPool) {
    let provider = Provider::new();
    let wrong = Server::new(open(&pool).await, provider.merchants(false));
    let body = payment_json("T1", "4200", 10_000, "oTest-1");
    let notice = provider.payment(&body);
    assert_eq!(wrong.deliver(&notice).await, StatusCode::INTERNAL_SERVER_ERROR);
    wrong.worker.drain().await.unwrap();
    assert_eq!(wrong.counts().await, inbox(0, 0, 1));
    let right = Server::new(open(&pool).await, provider.merchants(true));
    let failed = right.inbox.list(InboxState::Failed, 0, 10).await.unwrap();
    assert!(right.inbox.retry(failed[0].id).await.unwrap());
    right.worker.drain().await.unwrap();
    assert_eq!(right.deliver(&notice).await, StatusCode::OK, "sent again");
    right.worker.drain().await.unwrap();
    assert_eq!(right.results(InboxState::Done).await, ["parked", "parked"]);
    assert_eq!(count(&right.store, "suspense.payment_parked.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_second_notice_of_other_content_is_an_alarm_and_changes_nothing(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    place(&server.store, "O1", 10_000).await;
    register(&server.store, "O1", "T1", 10_000).await;
    let impossible = payment_json("T1", "4201", -5, "oTest-1");
    let foreign = {
        let mut body = payment_json("T1", "4202", 1, "o");
        body["mchid"] = "1900000999".into();
        body
    };
    for body in [
        payment_json("T1", "4200", 10_000, "oTest-1"),
        payment_json("T1", "4200", 9_000, "oTest-1"),
        impossible,
        foreign,
        json!({"trade_state": "SUCCESS", "mchid": MERCHANT}),
    ] {
        assert_eq!(server.deliver(&provider.payment(&body)).await, StatusCode::OK);
        server.worker.drain().await.unwrap();
    }
    assert_eq!(server.counts().await, inbox(0, 1, 4));
    let failed = server.results(InboxState::Failed).await;
    for (result, says) in failed
        .iter()
        .zip(["other content", "-5 fen", "1900000999", "missing field"])
    {
        assert!(result.contains(says), "{result}");
    }
    assert_eq!(order(&server.store, "O1").await.captured_fen(), Fen(10_000));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_combined_order_pays_each_of_its_orders(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    for (id, attempt) in [("O1", "T1"), ("O2", "T2")] {
        place(&server.store, id, 100).await;
        register(&server.store, id, attempt, 100).await;
    }
    let sub_order = |attempt: &str, transaction: &str| {
        json!({"mchid": MERCHANT, "trade_type": "JSAPI", "trade_state": "SUCCESS", "transaction_id": transaction,
            "success_time": "2026-03-01T10:00:02+08:00", "out_trade_no": attempt,
            "amount": {"total_amount": 100, "payer_amount": 100, "currency": "CNY", "payer_currency": "CNY"}})
    };
    let combined = json!({"combine_appid": "wx1", "combine_mchid": MERCHANT, "combine_out_trade_no": "C1",
        "combine_payer_info": {"openid": "oTest-1"},
        "sub_orders": [sub_order("T1", "4201"), sub_order("T2", "4202"), sub_order("T3", "4203")]});
    server.deliver(&provider.payment(&combined)).await;
    server.worker.drain().await.unwrap();
    assert_eq!(
        server.results(InboxState::Done).await,
        ["recorded: 2 orders, parked: 1"]
    );
    let payers = [
        order(&server.store, "O1").await.member_id,
        order(&server.store, "O2").await.member_id,
    ];
    assert!(payers[0].is_some() && payers[0] == payers[1]);
    assert_eq!(count(&server.store, "member.enrolled.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_refund_before_its_payment_and_its_order(pool: PgPool) {
    let provider = Provider::new();
    let server = Server::new(open(&pool).await, provider.merchants(true));
    for status in ["ABNORMAL", "SUCCESS"] {
        server
            .deliver(&provider.refund(&refund_json("T1", "4200", "503", 4_000, status)))
            .await;
    }
    server.worker.drain().await.unwrap();
    place(&server.store, "O1", 10_000).await;
    register(&server.store, "O1", "T1", 10_000).await;
    settle(&server.store).await;
    server
        .deliver(&provider.payment(&payment_json("T1", "4200", 10_000, "oTest-1")))
        .await;
    server.worker.drain().await.unwrap();
    let order = order(&server.store, "O1").await;
    assert_eq!(
        (order.status(), order.refunded_fen()),
        (OrderStatus::PartlyRefunded, Fen(4_000))
    );
    assert_eq!(count(&server.store, "order.refund_abnormal.v1").await, 1);
}

#[test]
fn a_private_key_survives_its_file() {
    let pem = SigningKey::generate().unwrap().to_pem().unwrap();
    assert_eq!(SigningKey::from_pem(&pem).unwrap().to_pem().unwrap(), pem);
}
