//! What happens to money without an order, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen};

use super::*;
use crate::order::{RecordPayment, RecordRefund, RefundStatus, Tender};

fn payment(amount: i64) -> MoneyFact {
    MoneyFact::Payment(RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: "p1".parse().unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some("T1".parse().unwrap()),
        amount_fen: Fen(amount),
        payer_total_fen: None,
        succeeded_at: "2026-03-01T04:00:00Z".parse().unwrap(),
        member_id: None,
    })
}

fn refund(amount: i64, status: RefundStatus) -> MoneyFact {
    MoneyFact::Refund(RecordRefund {
        provider: "wechat".to_owned(),
        refund_id: "r1".parse().unwrap(),
        out_refund_no: "back-office-1".parse().unwrap(),
        transaction_id: "p1".parse().unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some("T1".parse().unwrap()),
        amount_fen: Fen(amount),
        payer_refund_fen: None,
        status,
        succeeded_at: Some("2026-03-02T04:00:00Z".parse().unwrap()),
    })
}

fn park(money: MoneyFact) -> SuspenseCommand {
    SuspenseCommand::Park {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        money,
    }
}

fn parked(money: MoneyFact) -> SuspenseEvent {
    PaymentParked {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        money,
    }
    .into()
}

fn claim() -> SuspenseCommand {
    SuspenseCommand::Claim {
        order_id: "o-1".parse().unwrap(),
    }
}

fn claimed(money: MoneyFact) -> SuspenseEvent {
    PaymentClaimed {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        order_id: "o-1".parse().unwrap(),
        money,
    }
    .into()
}

#[test]
fn money_is_parked_once() {
    Scenario::<Suspense>::given([])
        .when(&park(payment(100)))
        .then([parked(payment(100))])
        .when(&park(payment(100)))
        .nothing()
        .when(&park(payment(99)))
        .refused("suspense.conflict");
}

#[test]
fn each_status_of_a_refund_is_a_fact_of_its_own() {
    Scenario::<Suspense>::given([parked(refund(30, RefundStatus::Abnormal))])
        .when(&park(refund(30, RefundStatus::Succeeded)))
        .then([parked(refund(30, RefundStatus::Succeeded))])
        .when(&park(refund(31, RefundStatus::Succeeded)))
        .refused("suspense.conflict");
}

#[test]
fn everything_that_waits_is_claimed_at_once_and_once() {
    let back = || refund(30, RefundStatus::Succeeded);
    Scenario::<Suspense>::given([parked(payment(100)), parked(back())])
        .when(&claim())
        .then([claimed(payment(100)), claimed(back())])
        .when(&claim())
        .nothing()
        .when(&park(payment(100)))
        .nothing();
}

#[test]
fn what_is_parked_later_is_claimed_later() {
    let late = || refund(30, RefundStatus::Succeeded);
    Scenario::<Suspense>::given([parked(payment(100)), claimed(payment(100))])
        .when(&park(late()))
        .then([parked(late())])
        .when(&claim())
        .then([claimed(late())]);
}

#[test]
fn nothing_waits_where_nothing_was_parked() {
    Scenario::<Suspense>::given([]).when(&claim()).nothing();
}

#[test]
fn the_number_is_claimed_while_money_waits() {
    let key = || ClaimKey::open("suspense.parked", "1900000001/T1");
    assert_eq!(
        Suspense::claims(&parked(payment(100))),
        [ClaimChange::Take(key())]
    );
    assert_eq!(
        Suspense::claims(&claimed(payment(100))),
        [ClaimChange::Release(key())]
    );
}
