//! What a notice does to orders and suspense.

use std::collections::BTreeSet;

use guanxi_callbacks::wechat_pay::apply::{Applied, ApplyError, Source, apply};
use guanxi_callbacks::wechat_pay::facts::Fact;
use guanxi_domain::order::OrderStatus;
use guanxi_event_store::EventStore;
use guanxi_kernel::Fen;
use sqlx::PgPool;

use super::house::{count, open, order, order_id, place, register, settle};
use super::notices::{payment, refund};

const SOURCE: Source<'_> = Source {
    notice_id: "n1",
    subject: None,
};

async fn applied(store: &EventStore, fact: &Fact) -> Applied {
    apply(store, fact, SOURCE).await.unwrap()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_payment_pays_its_order_once_however_often_it_is_told(pool: PgPool) {
    let store = open(&pool).await;
    place(&store, "O1", 10_000).await;
    register(&store, "O1", "T1", 10_000).await;
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { applied(&store, &payment("T1", "4200", 10_000, "oTest-1")).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Applied::Recorded(order_id("O1")));
    }
    assert_eq!(count(&store, "order.payment_captured.v1").await, 1);
    assert_eq!(count(&store, "order.paid.v1").await, 1);
    let order = order(&store, "O1").await;
    assert_eq!(order.status(), OrderStatus::Paid);
    let (paid_at, business_date) = order.paid.unwrap();
    assert_eq!(paid_at.to_string(), "2026-03-01T02:00:02Z");
    assert_eq!(business_date.to_string(), "2026-02-28", "the day is New York's");
    assert!(
        order
            .member_id
            .is_some_and(|member| member.as_str().starts_with("w-"))
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn sixty_four_orders_paid_by_one_unknown_person_through_two_servers(pool: PgPool) {
    let servers = [open(&pool).await, open(&pool).await];
    for number in 0..64 {
        place(&servers[0], &format!("O{number}"), 100).await;
        register(&servers[0], &format!("O{number}"), &format!("T{number}"), 100).await;
    }
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let server = servers[number % 2].clone();
            let fact = payment(&format!("T{number}"), &format!("42{number}"), 100, "oTest-1");
            tokio::spawn(async move { applied(&server, &fact).await })
        })
        .collect();
    for task in tasks {
        assert!(matches!(task.await.unwrap(), Applied::Recorded(_)));
    }
    let mut members = BTreeSet::new();
    for number in 0..64 {
        let order = order(&servers[0], &format!("O{number}")).await;
        assert_eq!(order.status(), OrderStatus::Paid);
        members.insert(order.member_id.unwrap());
    }
    assert_eq!(members.len(), 1);
    assert_eq!(count(&servers[0], "member.enrolled.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn money_before_its_order_is_parked_and_applied(pool: PgPool) {
    let store = open(&pool).await;
    for _ in 0..2 {
        assert_eq!(
            applied(&store, &refund("T1", "4200", "503", 4_000, "SUCCESS")).await,
            Applied::Parked
        );
        assert_eq!(
            applied(&store, &payment("T1", "4200", 10_000, "oTest-1")).await,
            Applied::Parked
        );
    }
    assert_eq!(count(&store, "suspense.payment_parked.v1").await, 2);
    place(&store, "O1", 10_000).await;
    register(&store, "O1", "T1", 10_000).await;
    settle(&store).await;
    let order = order(&store, "O1").await;
    assert_eq!(order.status(), OrderStatus::PartlyRefunded);
    assert_eq!(
        (order.captured_fen(), order.refunded_fen()),
        (Fen(10_000), Fen(4_000))
    );
    assert!(order.member_id.is_some());
    let again = applied(&store, &payment("T1", "4200", 10_000, "oTest-1")).await;
    assert_eq!(again, Applied::Recorded(order_id("O1")));
    assert_eq!(count(&store, "order.payment_captured.v1").await, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_refund_may_be_abnormal_first_and_succeed_later(pool: PgPool) {
    let store = open(&pool).await;
    place(&store, "O1", 10_000).await;
    register(&store, "O1", "T1", 10_000).await;
    applied(&store, &payment("T1", "4200", 10_000, "oTest-1")).await;
    for status in ["ABNORMAL", "ABNORMAL", "SUCCESS", "SUCCESS"] {
        applied(&store, &refund("T1", "4200", "503", 10_000, status)).await;
    }
    assert_eq!(count(&store, "order.refund_abnormal.v1").await, 1);
    assert_eq!(count(&store, "order.refund_succeeded.v1").await, 1);
    assert_eq!(order(&store, "O1").await.status(), OrderStatus::Refunded);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_same_number_with_other_content_changes_nothing(pool: PgPool) {
    let store = open(&pool).await;
    for (order, attempt) in [("O1", "T1"), ("O2", "T2")] {
        place(&store, order, 10_000).await;
        register(&store, order, attempt, 10_000).await;
    }
    applied(&store, &payment("T1", "4200", 10_000, "oTest-1")).await;
    applied(&store, &refund("T1", "4200", "503", 1_000, "SUCCESS")).await;
    applied(&store, &payment("T9", "4209", 1, "oTest-1")).await;
    for contradiction in [
        payment("T1", "4200", 9_999, "oTest-1"),
        payment("T2", "4200", 10_000, "oTest-1"),
        payment("T9", "4209", 2, "oTest-1"),
        refund("T1", "4200", "503", 1_001, "SUCCESS"),
    ] {
        let error = apply(&store, &contradiction, SOURCE).await.unwrap_err();
        assert!(matches!(error, ApplyError::Contradiction(_)), "{error}");
        assert!(!error.is_transient());
    }
    assert_eq!(count(&store, "order.payment_captured.v1").await, 1);
    assert_eq!(order(&store, "O1").await.refunded_fen(), Fen(1_000));
    assert_eq!(order(&store, "O2").await.status(), OrderStatus::AwaitingPayment);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn numbers_that_are_no_ids_are_errors(pool: PgPool) {
    let store = open(&pool).await;
    for fact in [
        payment("T\n1", "4200", 1, "o"),
        payment("T1", &"4".repeat(129), 1, "o"),
        payment("", "42", 1, "o"),
    ] {
        assert!(matches!(
            apply(&store, &fact, SOURCE).await,
            Err(ApplyError::Id(_))
        ));
    }
    assert_eq!(store.head().await.unwrap().position, 0);
}
