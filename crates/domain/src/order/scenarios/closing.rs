//! Attempts that are closed at the provider, so that nobody pays into the void.

use super::cancelling::{close, close_one, closed, with_attempts};
use super::*;

fn numbers(events: &[OrderEvent]) -> Vec<&str> {
    let asked = events.iter().filter_map(|event| match event {
        OrderEvent::CloseRequested(asked) => Some(asked.out_trade_no.as_str()),
        _ => None,
    });
    asked.collect()
}

#[test]
fn an_order_that_nobody_can_pay_any_more_is_called_off_at_once() {
    let called_off = Cancelled {
        reason: "customer".to_owned(),
        cancelled_at: at(1, 5),
        coupons: Vec::new(),
    };
    for order in [
        with_attempts(&[]),
        with_attempts(&["T1"]).when(&closed("T1")).accepted(),
    ] {
        order
            .when(&close(true))
            .then([called_off.clone().into()])
            .when(&close(true))
            .nothing()
            .when(&register("T2", 100))
            .refused("order.already_cancelled");
    }
}

#[test]
fn a_part_that_was_paid_goes_back_with_an_order_that_nobody_can_pay_any_more() {
    let partly = placed(&placing(100))
        .when(&register("T1", 60))
        .accepted()
        .when(&pay("p1", "T1", 60, at(1, 1)))
        .accepted();
    let events = partly.when(&close(true)).answer().unwrap();
    let [OrderEvent::Cancelled(_), OrderEvent::RefundRequested(back)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(
        (back.amount_fen, back.reason),
        (Fen(60), RefundReason::AfterCancel)
    );
}

#[test]
fn without_the_wish_to_call_it_off_an_order_with_nothing_open_stays() {
    with_attempts(&[]).when(&close(false)).nothing();
    let order = with_attempts(&["T1"]).when(&closed("T1")).accepted();
    let order = order.when(&close(false)).nothing();
    assert_eq!(story(order, &register("T2", 100)), ["payment_registered"]);
}

#[test]
fn every_open_attempt_is_closed_and_each_is_asked_for_once() {
    let open = || with_attempts(&["T1", "T2", "T3"]);
    let paid_and_closed = || {
        let order = open().when(&closed("T2")).accepted();
        order.when(&pay("p1", "T3", 60, at(1, 1))).accepted()
    };
    let events = open().when(&close(false)).answer().unwrap();
    assert_eq!(numbers(&events), ["T1", "T2", "T3"]);
    let events = paid_and_closed().when(&close(false)).answer().unwrap();
    assert_eq!(numbers(&events), ["T1"]);
    let asked = open().when(&close_one("T1")).accepted();
    let events = asked.when(&close(false)).answer().unwrap();
    assert_eq!(numbers(&events), ["T2", "T3"]);
    open()
        .when(&close(false))
        .accepted()
        .when(&close_one("T1"))
        .nothing();
}

#[test]
fn attempts_that_are_closing_are_asked_again_when_the_order_shall_end_with_them() {
    let closing = with_attempts(&["T1", "T2"]).when(&close(false)).accepted();
    let events = closing.when(&close(true)).answer().unwrap();
    assert_eq!(numbers(&events), ["T1", "T2"]);
    assert!(
        events
            .iter()
            .all(|event| matches!(event, OrderEvent::CloseRequested(asked) if asked.then_cancel))
    );
    let closing = with_attempts(&["T1", "T2"]).when(&close(true)).accepted();
    closing.when(&close(true)).nothing();
}

#[test]
fn an_order_is_not_called_off_while_somebody_may_still_pay() {
    let open = || with_attempts(&["T1", "T2"]);
    open().when(&cancel()).refused("order.attempts_open");
    let one_left = open().when(&closed("T1")).accepted();
    one_left.when(&cancel()).refused("order.attempts_open");
    let asked = open().when(&close(true)).accepted();
    asked.when(&cancel()).refused("order.attempts_open");
}

#[test]
fn the_same_number_of_another_merchant_is_another_attempt() {
    let elsewhere = AttemptRef {
        mchid: "1900000002".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
    };
    let close = OrderCommand::RequestClose(RequestClose {
        attempt: Some(elsewhere.clone()),
        reason: "expired".to_owned(),
        then_cancel: false,
        requested_at: at(1, 5),
    });
    let confirm = OrderCommand::ConfirmClosed(ConfirmClosed {
        mchid: elsewhere.mchid,
        out_trade_no: elsewhere.out_trade_no,
        closed_at: at(1, 8),
    });
    for command in [close, confirm] {
        with_attempts(&["T1"])
            .when(&command)
            .refused("order.attempt_unknown");
        Scenario::<Order>::given([])
            .when(&command)
            .refused("order.unknown");
    }
}

#[test]
fn money_that_came_under_a_closed_attempt_is_a_fact_all_the_same() {
    let closed_first = with_attempts(&["T1"]).when(&closed("T1")).accepted();
    assert_eq!(
        story(closed_first, &pay("p1", "T1", 100, at(1, 7))),
        ["payment_captured", "paid"]
    );
    let called_off = with_attempts(&["T1"]).when(&closed("T1")).accepted();
    let called_off = called_off.when(&cancel()).accepted();
    assert_eq!(
        story(called_off, &pay("p1", "T1", 100, at(1, 7))),
        ["payment_captured", "refund_requested"]
    );
}

#[test]
fn an_order_that_was_paid_under_another_attempt_is_not_called_off_by_a_closing() {
    let order = with_attempts(&["T1", "T2"]).when(&close(true)).accepted();
    let order = order.when(&pay("p1", "T1", 100, at(1, 6))).accepted();
    let events = order.when(&closed("T2")).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::Closed(closed)] if closed.cancels.is_none()));
}

#[test]
fn an_order_that_is_closing_says_so_to_whoever_wants_to_pay_anew() {
    let closing = || with_attempts(&["T1"]).when(&close(true)).accepted();
    closing().when(&register("T1", 100)).nothing();
    closing().when(&register("T2", 100)).refused("order.closing");
    let last = closing().when(&closed("T1")).accepted();
    last.when(&register("T2", 100)).refused("order.closing");
}
