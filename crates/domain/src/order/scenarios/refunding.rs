use RefundStatus::{Abnormal, Closed, Succeeded};

use super::*;

fn paid() -> Scenario<Order> {
    placed(&placing(100))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted()
}

#[test]
fn a_refund_that_nobody_asked_for_is_a_fact() {
    let events = paid().when(&refund("r1", "p1", 30, Succeeded)).answer().unwrap();
    let [OrderEvent::RefundSucceeded(back)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(
        (back.amount_fen, back.business_date.to_string().as_str()),
        (Fen(30), "2026-03-03")
    );
    assert_eq!(back.sale_date.unwrap().to_string(), "2026-03-01");
    assert_eq!(back.member_id, Some("m-1".parse().unwrap()));
    assert!(!back.of_surplus);
    let order = paid().when(&refund("r1", "p1", 30, Succeeded)).accepted();
    assert_eq!(order.state().status(), OrderStatus::PartlyRefunded);
    let order = order.when(&refund("r2", "p1", 70, Succeeded)).accepted();
    assert_eq!(order.state().status(), OrderStatus::Refunded);
}

#[test]
fn a_refund_may_be_seen_before_its_payment() {
    let order = placed(&placing(100))
        .when(&refund("r1", "p1", 30, Succeeded))
        .accepted();
    assert_eq!(order.state().status(), OrderStatus::AwaitingPayment);
    let events = order.when(&pay("p1", "T1", 100, at(1, 1))).answer().unwrap();
    let Some(OrderEvent::Paid(paid)) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!(paid.refunded_before_fen, Fen(30));
}

#[test]
fn the_same_refund_again_changes_nothing() {
    let order = paid().when(&refund("r1", "p1", 30, Succeeded)).accepted();
    order.when(&refund("r1", "p1", 30, Succeeded)).nothing();
}

#[test]
fn an_abnormal_refund_may_still_succeed_and_counts_once() {
    let order = paid().when(&refund("r1", "p1", 30, Abnormal)).accepted();
    assert_eq!(order.state().refunded_fen(), Fen::ZERO);
    let order = order.when(&refund("r1", "p1", 30, Succeeded)).accepted();
    assert_eq!(order.state().refunded_fen(), Fen(30));
    let order = order.when(&refund("r1", "p1", 30, Abnormal)).nothing();
    assert_eq!(order.state().refunded_fen(), Fen(30));
}

#[test]
fn a_closed_refund_gives_nothing_back() {
    assert_eq!(story(paid(), &refund("r1", "p1", 30, Closed)), ["refund_failed"]);
    let order = paid().when(&refund("r1", "p1", 30, Closed)).accepted();
    assert_eq!(order.state().status(), OrderStatus::Paid);
}

#[test]
fn the_same_refund_with_other_content_is_an_alarm_that_changes_nothing() {
    let known = || paid().when(&refund("r1", "p1", 30, Abnormal)).accepted();
    known()
        .when(&refund("r1", "p1", 31, Succeeded))
        .refused("order.refund_conflict");
    known()
        .when(&refund("r1", "p2", 30, Succeeded))
        .refused("order.refund_conflict");
}

#[test]
fn a_refund_is_of_something_and_a_success_has_a_time() {
    for amount in [0, -1, Fen::LIMIT.0 + 1] {
        paid()
            .when(&refund("r1", "p1", amount, Succeeded))
            .refused("order.refund_amount");
    }
    let timeless = RecordRefund {
        succeeded_at: None,
        ..refunded("r1", "p1", 30, Succeeded)
    };
    paid()
        .when(&OrderCommand::RecordRefund(timeless))
        .refused("order.refund_time");
}

#[test]
fn a_surplus_that_went_back_leaves_the_order_paid() {
    let order = paid().when(&pay("p2", "T2", 100, at(1, 2))).accepted();
    let asked = RecordRefund {
        out_refund_no: "SPp2".parse().unwrap(),
        ..refunded("r1", "p2", 100, Succeeded)
    };
    let command = OrderCommand::RecordRefund(asked);
    let events = order.when(&command).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::RefundSucceeded(back)] if back.of_surplus));
    let order = paid().when(&pay("p2", "T2", 100, at(1, 2))).accepted();
    let order = order.when(&command).accepted();
    assert_eq!(order.state().status(), OrderStatus::Paid);
}

/// The base and the coupons that the last event of a story states.
fn stated(events: &[OrderEvent]) -> Option<Fen> {
    events.iter().rev().find_map(|event| match event {
        OrderEvent::Paid(paid) => Some(paid.earning_base_fen),
        OrderEvent::RefundSucceeded(back) => Some(back.earning_base_fen),
        OrderEvent::SurplusCaptured(surplus) => surplus.earning_base_fen,
        _ => None,
    })
}

fn with_freight() -> Place {
    place(Pricing::Calculated(Cart {
        freight_fen: Fen(10),
        ..cart(vec![line("tea", 1, 100)])
    }))
}

#[test]
fn what_earns_is_goods_without_freight_and_points_less_refunds() {
    let by_points = RecordPayment {
        tender: Tender::Points,
        provider: "points".to_owned(),
        ..payment("s1", "T0", 10, at(1, 0))
    };
    let order = placed(&with_freight())
        .when(&OrderCommand::RecordPayment(by_points))
        .accepted();
    let events = order.when(&pay("p1", "T1", 100, at(1, 1))).answer().unwrap();
    assert_eq!(stated(&events), Some(Fen(90)));
    let all_money = placed(&with_freight())
        .when(&pay("p1", "T1", 110, at(1, 1)))
        .accepted();
    let events = all_money
        .when(&refund("r1", "p1", 55, Succeeded))
        .answer()
        .unwrap();
    assert_eq!(stated(&events), Some(Fen(50)));
}

#[test]
fn a_second_payment_that_somebody_gave_back_by_hand_takes_nothing_from_what_earns() {
    let twice = paid().when(&pay("p2", "T2", 100, at(1, 2))).accepted();
    let events = twice.when(&refund("r1", "p2", 100, Succeeded)).answer().unwrap();
    assert_eq!(stated(&events), Some(Fen(100)));
    let first_back = paid().when(&refund("r1", "p2", 100, Succeeded)).accepted();
    let events = first_back.when(&pay("p2", "T2", 100, at(1, 2))).answer().unwrap();
    assert_eq!(stated(&events), Some(Fen(100)), "the surplus restates it");
}
