//! An order that nobody pays in time, through every rule and policy, with its coupon.

use guanxi_kernel::Fen;

use crate::GuanxiEvent;
use crate::coupon::{Coupon, CouponStatus};
use crate::order::{
    ConfirmClosed, OrderCommand, OrderStatus, RecordPayment, RegisterPayment, RequestClose, Tender,
};
use crate::policy::interleavings::house::House;
use crate::policy::interleavings::{COUPON, ORDER, at, order, payable, placed_until};

/// To be paid within half an hour; each attempt for so much, good for an hour.
fn with_attempts(amounts: &[(&str, i64)]) -> House {
    let mut house = placed_until(Some(at(30)));
    for (out_trade_no, amount) in amounts {
        let register = RegisterPayment {
            provider: "wechat".to_owned(),
            mchid: "1900000001".parse().unwrap(),
            appid: None,
            out_trade_no: out_trade_no.parse().unwrap(),
            amount_fen: Fen(*amount),
            expires_at: Some(at(60)),
        };
        house.ask(ORDER, OrderCommand::RegisterPayment(register)).unwrap();
    }
    house
}

fn with_attempt() -> House {
    with_attempts(&[("T1", payable())])
}

fn closed(house: &mut House, out_trade_no: &str) -> Result<usize, &'static str> {
    let report = ConfirmClosed {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: out_trade_no.parse().unwrap(),
        closed_at: at(32),
    };
    house.ask(ORDER, OrderCommand::ConfirmClosed(report))
}

fn pay(house: &mut House, out_trade_no: &str, amount: i64) {
    let fact = RecordPayment {
        tender: Tender::Wechat,
        provider: "wechat".to_owned(),
        transaction_id: format!("p-{out_trade_no}").parse().unwrap(),
        mchid: Some("1900000001".parse().unwrap()),
        out_trade_no: Some(out_trade_no.parse().unwrap()),
        amount_fen: Fen(amount),
        payer_total_fen: None,
        succeeded_at: at(29),
        member_id: None,
    };
    house.ask(ORDER, OrderCommand::RecordPayment(fact)).unwrap();
}

/// What happened to the order and its coupon after so many events, told by the names of their events.
fn since(house: &House, events: usize) -> Vec<&str> {
    let news = house.log.iter().skip(events);
    let told =
        news.filter(|event| matches!(event.own(), Some(GuanxiEvent::Order(_) | GuanxiEvent::Coupon(_))));
    told.map(|event| event.event_type.trim_end_matches(".v1"))
        .collect()
}

/// What the time until then brings.
fn until(house: &mut House, minute: i64) -> Vec<String> {
    let events = house.log.len();
    house.reach(at(minute));
    since(house, events).into_iter().map(str::to_owned).collect()
}

fn coupon(house: &House) -> CouponStatus {
    house.state::<Coupon>(COUPON).status
}

/// Tells all policies everything once more, and lets every deadline come again.
fn replay(house: &mut House) {
    let events = house.log.clone();
    for event in &events {
        house.follow(event);
    }
    house.reach(at(120));
    assert_eq!(house.log.len(), events.len(), "{:?}", since(house, events.len()));
}

#[test]
fn an_order_that_nobody_pays_is_closed_at_the_provider_then_called_off_and_its_coupon_is_free() {
    let mut house = with_attempt();
    assert_eq!(until(&mut house, 29), [""; 0]);
    assert_eq!(until(&mut house, 30), ["order.close_requested"]);
    let order_id = ORDER.parse().unwrap();
    assert_eq!(coupon(&house), CouponStatus::Reserved { order_id });
    let events = house.log.len();
    closed(&mut house, "T1").unwrap();
    let story = ["order.closed", "order.cancelled", "coupon.reservation_released"];
    assert_eq!(since(&house, events), story);
    assert_eq!(order(&house).status(), OrderStatus::Cancelled);
    assert_eq!(coupon(&house), CouponStatus::Free);
    replay(&mut house);
}

#[test]
fn an_order_without_an_attempt_is_called_off_at_its_deadline() {
    let mut house = with_attempts(&[]);
    let story = ["order.cancelled", "coupon.reservation_released"];
    assert_eq!(until(&mut house, 30), story);
    assert_eq!(coupon(&house), CouponStatus::Free);
    replay(&mut house);
}

#[test]
fn an_order_that_is_paid_in_time_outlives_its_deadline() {
    let mut house = with_attempt();
    pay(&mut house, "T1", payable());
    assert_eq!(until(&mut house, 120), [""; 0]);
    assert_eq!(order(&house).status(), OrderStatus::Paid);
    replay(&mut house);
}

#[test]
fn a_payment_that_arrives_while_the_order_is_closing_pays_it() {
    let mut house = with_attempt();
    house.reach(at(30));
    pay(&mut house, "T1", payable());
    assert_eq!(order(&house).status(), OrderStatus::Paid);
    let order_id = Some(ORDER.parse().unwrap());
    assert_eq!(coupon(&house), CouponStatus::Redeemed { order_id });
    assert_eq!(closed(&mut house, "T1"), Err("order.attempt_paid"));
    assert_eq!(until(&mut house, 120), [""; 0]);
    replay(&mut house);
}

#[test]
fn a_payment_that_arrives_after_the_order_was_called_off_goes_back() {
    let mut house = with_attempt();
    house.reach(at(30));
    closed(&mut house, "T1").unwrap();
    let events = house.log.len();
    pay(&mut house, "T1", payable());
    assert_eq!(
        since(&house, events),
        ["order.payment_captured", "order.refund_requested"]
    );
    assert_eq!(order(&house).status(), OrderStatus::Cancelled);
    assert_eq!(coupon(&house), CouponStatus::Free);
    replay(&mut house);
}

#[test]
fn the_last_attempt_to_close_ends_the_order() {
    let mut house = with_attempts(&[("T1", payable()), ("T2", payable())]);
    assert_eq!(until(&mut house, 30), ["order.close_requested"; 2]);
    let events = house.log.len();
    closed(&mut house, "T2").unwrap();
    assert_eq!(since(&house, events), ["order.closed"]);
    closed(&mut house, "T1").unwrap();
    assert_eq!(order(&house).status(), OrderStatus::Cancelled);
    replay(&mut house);
}

#[test]
fn a_closing_that_nobody_answers_is_looked_up_once() {
    let mut house = with_attempt();
    house.reach(at(44));
    assert_eq!(until(&mut house, 45), ["order.query_requested"]);
    assert_eq!(until(&mut house, 120), [""; 0]);
    assert_eq!(order(&house).status(), OrderStatus::AwaitingPayment);
    replay(&mut house);
}

#[test]
fn a_part_that_was_paid_before_the_deadline_goes_back_when_the_rest_does_not_come() {
    let mut house = with_attempts(&[("T1", 1_000), ("T2", payable() - 1_000)]);
    pay(&mut house, "T1", 1_000);
    assert_eq!(until(&mut house, 30), ["order.close_requested"]);
    let events = house.log.len();
    closed(&mut house, "T2").unwrap();
    let story = [
        "order.closed",
        "order.cancelled",
        "order.refund_requested",
        "coupon.reservation_released",
    ];
    assert_eq!(since(&house, events), story);
    replay(&mut house);
}

#[test]
fn a_part_that_arrives_while_the_order_is_closing_waits_for_the_rest_and_then_goes_back() {
    let parts = || {
        let mut house = with_attempts(&[("T1", 1_000), ("T2", payable() - 1_000)]);
        house.reach(at(30));
        pay(&mut house, "T1", 1_000);
        house
    };
    let mut in_full = parts();
    pay(&mut in_full, "T2", payable() - 1_000);
    assert_eq!(until(&mut in_full, 120), [""; 0]);
    assert_eq!(order(&in_full).status(), OrderStatus::Paid);
    replay(&mut in_full);

    let mut last = with_attempts(&[("T1", 1_000)]);
    last.reach(at(30));
    pay(&mut last, "T1", 1_000);
    let story = [
        "order.cancelled",
        "order.refund_requested",
        "coupon.reservation_released",
    ];
    assert_eq!(until(&mut last, 120), story);
    assert_eq!(order(&last).status(), OrderStatus::Cancelled);
    replay(&mut last);
}

#[test]
fn an_attempt_that_expires_first_is_closed_and_the_order_waits_for_its_own_deadline() {
    let mut house = placed_until(Some(at(90)));
    let register = RegisterPayment {
        provider: "wechat".to_owned(),
        mchid: "1900000001".parse().unwrap(),
        appid: None,
        out_trade_no: "T1".parse().unwrap(),
        amount_fen: Fen(payable()),
        expires_at: Some(at(20)),
    };
    house.ask(ORDER, OrderCommand::RegisterPayment(register)).unwrap();
    assert_eq!(until(&mut house, 20), ["order.close_requested"]);
    closed(&mut house, "T1").unwrap();
    assert_eq!(until(&mut house, 89), [""; 0]);
    assert_eq!(order(&house).status(), OrderStatus::AwaitingPayment);
    let story = ["order.cancelled", "coupon.reservation_released"];
    assert_eq!(until(&mut house, 90), story);
    replay(&mut house);
}

#[test]
fn an_order_that_the_customer_called_off_passes_its_deadline_quietly() {
    let mut house = with_attempt();
    let close = RequestClose {
        attempt: None,
        reason: "customer".to_owned(),
        then_cancel: true,
        requested_at: at(5),
    };
    house.ask(ORDER, OrderCommand::RequestClose(close)).unwrap();
    closed(&mut house, "T1").unwrap();
    assert_eq!(coupon(&house), CouponStatus::Free);
    assert_eq!(until(&mut house, 120), [""; 0]);
    replay(&mut house);
}
