//! Every order and duplication of the same facts ends in one status and one set of sums.

use guanxi_callbacks::wechat_pay::apply::{Source, apply};
use guanxi_callbacks::wechat_pay::facts::Fact;
use guanxi_domain::order::{OrderState, OrderStatus};
use guanxi_event_store::EventStore;
use guanxi_kernel::Fen;
use sqlx::PgPool;

use super::house::{open, order, place, register, settle};
use super::notices::{payment, refund};

const PAYABLE: i64 = 10_000;

/// What may happen, as told in the case's own numbers.
#[derive(Clone)]
enum Step {
    Place,
    Told(Fact),
}

/// Two payments and two refunds of one order.
fn steps(case: usize, payments: [i64; 2]) -> Vec<Step> {
    let (first, second) = (format!("T{case}a"), format!("T{case}b"));
    let (paid, paid_too) = (format!("42{case}a"), format!("42{case}b"));
    let (back, back_too) = (format!("503{case}a"), format!("503{case}b"));
    vec![
        Step::Place,
        Step::Told(payment(&first, &paid, payments[0], "oTest-1")),
        Step::Told(payment(&second, &paid_too, payments[1], "oTest-1")),
        Step::Told(refund(&first, &paid, &back, 4_000, "SUCCESS")),
        Step::Told(refund(&second, &paid_too, &back_too, 1_000, "SUCCESS")),
    ]
}

/// The `number`th order of the steps (of 120), with some of them told again later.
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

async fn take(store: &EventStore, case: usize, step: &Step, payments: [i64; 2]) {
    let id = format!("O{case}");
    match step {
        Step::Place => {
            place(store, &id, PAYABLE).await;
            register(store, &id, &format!("T{case}a"), payments[0]).await;
            register(store, &id, &format!("T{case}b"), payments[1]).await;
        }
        Step::Told(fact) => {
            apply(
                store,
                fact,
                Source {
                    notice_id: "n",
                    subject: None,
                },
            )
            .await
            .unwrap();
        }
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
    let store = open(pool).await;
    for case in 0..120 {
        for step in arranged(steps(case, payments), case) {
            take(&store, case, &step, payments).await;
        }
    }
    settle(&store).await;
    let expected = sums(&order(&store, "O0").await);
    for case in 0..120 {
        let order = order(&store, &format!("O{case}")).await;
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
async fn the_price_paid_twice_in_any_order(pool: PgPool) {
    let sums = every_arrangement_ends_alike(&pool, [10_000, 10_000]).await;
    assert_eq!(
        sums,
        (OrderStatus::PartlyRefunded, Fen(20_000), Fen(10_000), Fen(5_000))
    );
}
