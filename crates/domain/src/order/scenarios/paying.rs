use guanxi_kernel::{ClaimChange, ClaimKey, Decider};

use super::*;

#[test]
fn an_attempt_is_announced_once() {
    let order = placed(&placing(1_000)).when(&register("T1", 1_000)).accepted();
    order
        .when(&register("T1", 1_000))
        .nothing()
        .when(&register("T1", 999))
        .refused("order.attempt_conflict");
}

#[test]
fn an_attempt_asks_for_something_that_a_till_can_hold() {
    for amount in [0, -1, Fen::LIMIT.0 + 1] {
        placed(&placing(1_000))
            .when(&register("T1", amount))
            .refused("order.attempt_amount");
    }
}

#[test]
fn a_paid_or_cancelled_order_takes_no_new_attempt() {
    let paid = placed(&placing(100))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted();
    paid.when(&register("T2", 100)).refused("order.already_paid");
    placed(&placing(0))
        .when(&register("T2", 100))
        .refused("order.already_paid");
    let cancelled = placed(&placing(100)).when(&cancel()).accepted();
    cancelled
        .when(&register("T2", 100))
        .refused("order.already_cancelled");
}

#[test]
fn money_that_reaches_the_payable_pays_the_order() {
    let order = placed(&placing(1_000)).when(&register("T1", 1_000)).accepted();
    let events = order.when(&pay("p1", "T1", 1_000, at(2, 0))).answer().unwrap();
    let [OrderEvent::PaymentCaptured(captured), OrderEvent::Paid(paid)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(captured.amount_fen, Fen(1_000));
    assert_eq!(captured.surplus_fen, Fen::ZERO);
    assert_eq!(
        (paid.paid_at, paid.business_date.to_string().as_str()),
        (at(2, 0), "2026-03-02")
    );
    assert_eq!(paid.totals.payable_fen, Fen(1_000));
    assert_eq!(paid.member_id, Some("m-1".parse().unwrap()));
    assert_eq!(paid.tenders, [Tender::Wechat]);
}

#[test]
fn every_tender_pays() {
    for tender in [
        Tender::Wechat,
        Tender::Alipay,
        Tender::Card,
        Tender::Cash,
        Tender::Wallet,
    ] {
        let fact = RecordPayment {
            tender,
            provider: "till-7".to_owned(),
            mchid: None,
            out_trade_no: None,
            payer_total_fen: None,
            ..payment("p1", "T1", 100, at(1, 1))
        };
        let order = placed(&placing(100))
            .when(&OrderCommand::RecordPayment(fact))
            .accepted();
        assert_eq!(order.state().status(), OrderStatus::Paid);
    }
}

#[test]
fn the_same_payment_again_changes_nothing() {
    let again = RecordPayment {
        payer_total_fen: None,
        member_id: Some("m-9".parse().unwrap()),
        ..payment("p1", "T1", 100, at(1, 1))
    };
    placed(&placing(100))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted()
        .when(&OrderCommand::RecordPayment(again))
        .nothing();
}

#[test]
fn the_same_payment_with_other_content_is_an_alarm_that_changes_nothing() {
    let paid = || {
        placed(&placing(100))
            .when(&pay("p1", "T1", 100, at(1, 1)))
            .accepted()
    };
    paid()
        .when(&pay("p1", "T1", 99, at(1, 1)))
        .refused("order.payment_conflict");
    paid()
        .when(&pay("p1", "T2", 100, at(1, 1)))
        .refused("order.payment_conflict");
}

#[test]
fn a_payment_is_of_something() {
    for amount in [0, -5, Fen::LIMIT.0 + 1] {
        let order = placed(&placing(100));
        order
            .when(&pay("p1", "T1", amount, at(1, 1)))
            .refused("order.payment_amount");
    }
}

#[test]
fn below_the_payable_money_is_captured_and_the_order_is_not_paid() {
    let order = placed(&placing(1_000));
    let events = order.when(&pay("p1", "T1", 999, at(1, 1)));
    let order = events.accepted();
    assert_eq!(order.state().status(), OrderStatus::PartlyPaid);
    assert_eq!(order.state().captured_fen(), Fen(999));
    assert_eq!(order.state().paid, None);
}

#[test]
fn several_attempts_may_sum_to_the_payable_and_the_latest_dates_the_order() {
    let order = placed(&placing(1_000))
        .when(&register("T1", 400))
        .accepted()
        .when(&register("T2", 600))
        .accepted()
        .when(&pay("p2", "T2", 600, at(2, 0)))
        .accepted()
        .when(&pay("p1", "T1", 400, at(1, 5)))
        .accepted();
    assert_eq!(order.state().status(), OrderStatus::Paid);
    assert_eq!(order.state().surplus_fen(), Fen::ZERO);
    assert_eq!(order.state().paid.unwrap().0, at(2, 0));
}

#[test]
fn above_the_payable_the_order_is_paid_and_the_rest_goes_back() {
    let events = placed(&placing(1_000))
        .when(&pay("p1", "T1", 1_200, at(1, 1)))
        .answer()
        .unwrap();
    assert_eq!(
        names(&events),
        ["payment_captured", "surplus_captured", "paid", "refund_requested"]
    );
    let Some(OrderEvent::RefundRequested(request)) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!((request.amount_fen, request.payment_fen), (Fen(200), Fen(1_200)));
    assert_eq!(request.reason, RefundReason::Surplus);
    assert_eq!(request.out_refund_no.as_str(), "SPp1");
}

#[test]
fn a_new_payment_of_a_paid_order_is_surplus_and_goes_back_whole() {
    let order = placed(&placing(100))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted();
    let events = order.when(&pay("p2", "T2", 100, at(1, 2))).answer().unwrap();
    assert_eq!(
        names(&events),
        ["payment_captured", "surplus_captured", "refund_requested"]
    );
    let Some(OrderEvent::RefundRequested(request)) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!(request.amount_fen, Fen(100));
}

#[test]
fn money_that_another_account_received_is_recorded_and_not_counted() {
    let elsewhere = RecordPayment {
        mchid: Some("1900000002".parse().unwrap()),
        ..payment("p1", "T1", 100, at(1, 1))
    };
    let elsewhere = OrderCommand::RecordPayment(elsewhere);
    let order = placed(&placing(100)).when(&register("T1", 100)).accepted();
    let order = order.when(&elsewhere).accepted();
    assert_eq!(order.state().captured_fen(), Fen::ZERO);
    assert_eq!(order.state().strangers["wechat/p1"].mismatch, Mismatch::Payee);
    let order = order.when(&elsewhere).nothing();
    let other = RecordPayment {
        mchid: Some("1900000002".parse().unwrap()),
        ..payment("p1", "T1", 99, at(1, 1))
    };
    order
        .when(&OrderCommand::RecordPayment(other))
        .refused("order.payment_conflict");
}

#[test]
fn another_amount_than_the_attempts_is_noted_and_counts() {
    let order = placed(&placing(100)).when(&register("T1", 100)).accepted();
    let story = story(order, &pay("p1", "T1", 60, at(1, 1)));
    assert_eq!(story, ["payment_mismatched", "payment_captured"]);
}

#[test]
fn who_pays_an_order_of_nobody_becomes_its_member() {
    let first = RecordPayment {
        member_id: Some("m-7".parse().unwrap()),
        ..payment("p1", "T1", 40, at(1, 1))
    };
    let order = placed(&by_a_stranger(100))
        .when(&OrderCommand::RecordPayment(first))
        .accepted();
    let order = order.when(&pay("p2", "T2", 60, at(1, 2))).accepted();
    assert_eq!(order.state().member_id, Some("m-7".parse().unwrap()));
}

#[test]
fn attempts_and_payments_are_claimed_by_their_order() {
    let taken = |command: &OrderCommand| {
        let events = placed(&placing(100)).when(command).answer().unwrap();
        Order::claims(&events[0])
    };
    let attempt = ClaimKey::open("order.attempt", "1900000001/T1");
    assert_eq!(taken(&register("T1", 100)), [ClaimChange::Take(attempt)]);
    let payment = ClaimKey::open("order.transaction", "wechat/p1");
    assert_eq!(
        taken(&pay("p1", "T1", 100, at(1, 1))),
        [ClaimChange::Take(payment)]
    );
}
