//! What the reconciliation promises.

use std::collections::BTreeMap;

use guanxi_domain::order::{Mismatch, PaymentMismatched, RecordPayment, Tender};
use guanxi_domain::suspense::{MoneyFact, PaymentClaimed, PaymentParked, SuspenseEvent};
use guanxi_kernel::Fen;

use super::*;
use crate::story::{Story, captured, noon, refunded};

const DAY: &str = "2026-03-01";

fn money() -> MoneyFact {
    MoneyFact::Payment(RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: "t-1".parse().unwrap(),
        mchid: Some("1900".parse().unwrap()),
        out_trade_no: Some("a-1".parse().unwrap()),
        amount_fen: Fen(700),
        payer_total_fen: None,
        succeeded_at: noon(DAY),
        member_id: None,
    })
}

fn parked() -> Story {
    let (mchid, out_trade_no) = ("1900".parse().unwrap(), "a-1".parse().unwrap());
    let parked = PaymentParked {
        mchid,
        out_trade_no,
        money: money(),
    };
    Story::default().add("suspense", "1900/a-1", DAY, SuspenseEvent::from(parked))
}

fn claimed() -> Story {
    let claimed = PaymentClaimed {
        mchid: "1900".parse().unwrap(),
        out_trade_no: "a-1".parse().unwrap(),
        order_id: "o-1".parse().unwrap(),
        money: money(),
    };
    parked().add("suspense", "1900/a-1", DAY, SuspenseEvent::from(claimed))
}

fn rows(story: &Story) -> BTreeMap<String, Money> {
    story.rows(&PaymentReconciliation)
}

#[test]
fn parked_money_stays_parked_until_its_order_appears() {
    let open = rows(&parked()).remove("payment/wechat/t-1").unwrap();
    assert_eq!(
        (open.state, open.amount_fen, open.order_id),
        (MoneyState::Parked, Fen(700), None)
    );
    let found = rows(&claimed()).remove("payment/wechat/t-1").unwrap();
    assert_eq!(
        (found.state, found.order_id.as_deref()),
        (MoneyState::Claimed, Some("o-1"))
    );
}

#[test]
fn the_order_that_records_it_ends_the_matter_in_the_same_row() {
    let story = claimed().order("o-1", DAY, captured(DAY, "s-1", "counter", 700, 0));
    let found = rows(&story);
    assert_eq!(found.len(), 1);
    let money = &found["payment/wechat/t-1"];
    assert_eq!(money.state, MoneyState::Recorded);
    // What only the notice said is kept.
    assert_eq!(
        (money.mchid.as_deref(), money.out_trade_no.as_deref()),
        (Some("1900"), Some("a-1"))
    );
}

#[test]
fn a_surplus_is_shown_with_its_payment() {
    let story = Story::default().order("o-1", DAY, captured(DAY, "s-1", "counter", 1_000, 300));
    assert_eq!(rows(&story)["payment/wechat/t-1"].surplus_fen, Fen(300));
}

#[test]
fn every_state_of_a_refund_is_a_row() {
    let story = Story::default().order("o-1", DAY, refunded(DAY, None, "s-1", 300));
    let refund = &rows(&story)["refund/wechat/r-1/succeeded"];
    assert_eq!((refund.kind, refund.amount_fen), (MoneyKind::Refund, Fen(300)));
}

#[test]
fn a_payment_in_another_amount_shows_both_and_is_recorded() {
    let mismatched = PaymentMismatched {
        mismatch: Mismatch::Amount,
        provider: "wechat".to_owned(),
        transaction_id: "t-1".parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(900),
        announced_fen: Some(Fen(1_000)),
        succeeded_at: noon(DAY),
    };
    let story = Story::default().order("o-1", DAY, mismatched).order(
        "o-1",
        DAY,
        captured(DAY, "s-1", "counter", 900, 0),
    );
    let money = &rows(&story)["payment/wechat/t-1"];
    assert_eq!(money.state, MoneyState::Recorded);
    assert_eq!(
        (money.amount_fen, money.announced_fen),
        (Fen(900), Some(Fen(1_000)))
    );
}
