//! Every order and duplication of the same facts ends in one status and one set of sums.

use std::sync::Arc;

use guanxi_domain::order::{OrderState, OrderStatus};
use guanxi_event_store::EventStore;
use guanxi_event_store::inbox::InboxState;
use guanxi_kernel::Fen;
use serde_json::Value;
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::house::{open, order, place, register, settle};
use super::notices::{payment_json, refund_json};
use super::post_office::{Provider, Server};

const PAYABLE: i64 = 10_000;
/// Five steps can be arranged in so many ways.
const ARRANGEMENTS: usize = 120;

/// What may happen to an order.
#[derive(Clone)]
enum Step {
    Place,
    Paid(Value),
    Refunded(Value),
}

/// Two payments and two refunds of one order.
fn steps(case: usize, payments: [i64; 2]) -> Vec<Step> {
    let (first, second) = (format!("T{case}a"), format!("T{case}b"));
    let (paid, paid_too) = (format!("42{case}a"), format!("42{case}b"));
    let (back, back_too) = (format!("503{case}a"), format!("503{case}b"));
    let payment = |attempt, transaction, fen| Step::Paid(payment_json(attempt, transaction, fen, "oTest-1"));
    let refund = |attempt, transaction, refund, fen| {
        Step::Refunded(refund_json(attempt, transaction, refund, fen, "SUCCESS"))
    };
    vec![
        Step::Place,
        payment(&first, &paid, payments[0]),
        payment(&second, &paid_too, payments[1]),
        refund(&first, &paid, &back, 4_000),
        refund(&second, &paid_too, &back_too, 1_000),
    ]
}

/// The `number`th arrangement of the steps, with some of them told again later.
fn arranged(mut steps: Vec<Step>, number: usize) -> Vec<Step> {
    let (mut rest, mut arranged) = (number, Vec::new());
    for left in (1..=steps.len()).rev() {
        arranged.push(steps.remove(rest % left));
        rest /= left;
    }
    for (index, again) in arranged.clone().into_iter().enumerate() {
        if (number >> index) & 1 == 1 {
            let later = arranged.len() - (number % (arranged.len() - index)).min(2);
            arranged.insert(later.max(index + 1), again);
        }
    }
    arranged
}

/// A notice that is told again has a new id, so that nothing but its business key tells that it is known.
async fn take(server: &Server, provider: &Provider, case: usize, step: &Step, payments: [i64; 2]) {
    let (store, id): (&EventStore, _) = (&server.store, format!("O{case}"));
    match step {
        Step::Place => {
            place(store, &id, PAYABLE).await;
            register(store, &id, &format!("T{case}a"), payments[0]).await;
            register(store, &id, &format!("T{case}b"), payments[1]).await;
        }
        Step::Paid(body) => assert!(server.deliver(&provider.payment(body)).await.is_success()),
        Step::Refunded(body) => assert!(server.deliver(&provider.refund(body)).await.is_success()),
    }
}

fn sums(order: &OrderState) -> (OrderStatus, Fen, Fen, Fen) {
    (
        order.status(),
        order.captured_fen(),
        order.surplus_fen(),
        order.refunded_fen(),
    )
}

async fn every_arrangement_ends_alike(pool: &PgPool, payments: [i64; 2]) -> (OrderStatus, Fen, Fen, Fen) {
    let provider = Arc::new(Provider::new());
    let server = Server::new(open(pool).await, provider.merchants(true));
    let cases: Vec<_> = (0..ARRANGEMENTS)
        .map(|case| arranged(steps(case, payments), case))
        .collect();
    let longest = cases.iter().map(Vec::len).max().unwrap_or_default();
    // The nth step of all orders, then the next: each order sees its steps one by one.
    for index in 0..longest {
        let mut taken = JoinSet::new();
        for (case, steps) in cases.iter().enumerate() {
            if let Some(step) = steps.get(index).cloned() {
                let (server, provider) = (server.clone(), provider.clone());
                taken.spawn(async move { take(&server, &provider, case, &step, payments).await });
            }
        }
        while let Some(done) = taken.join_next().await {
            done.unwrap();
        }
        server.worker.drain().await.unwrap();
    }
    settle(&server.store).await;
    assert_eq!(server.results(InboxState::Failed).await, [""; 0]);
    assert_eq!(server.counts().await.waiting, 0);
    let expected = sums(&order(&server.store, "O0").await);
    for case in 0..ARRANGEMENTS {
        let order = order(&server.store, &format!("O{case}")).await;
        assert_eq!(sums(&order), expected, "arrangement {case}");
        assert!(order.member_id.is_some(), "arrangement {case}");
    }
    expected
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn two_parts_of_the_price_in_any_order(pool: PgPool) {
    let sums = every_arrangement_ends_alike(&pool, [6_000, 4_000]).await;
    assert_eq!(
        sums,
        (OrderStatus::PartlyRefunded, Fen(10_000), Fen(0), Fen(5_000))
    );
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
// What went back is less than what was too much, so the price is still paid.
async fn the_price_paid_twice_in_any_order(pool: PgPool) {
    let sums = every_arrangement_ends_alike(&pool, [10_000, 10_000]).await;
    assert_eq!(sums, (OrderStatus::Paid, Fen(20_000), Fen(10_000), Fen(5_000)));
}
