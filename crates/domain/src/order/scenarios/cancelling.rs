use super::*;

pub(super) fn close(then_cancel: bool) -> OrderCommand {
    OrderCommand::RequestClose(RequestClose {
        attempt: None,
        reason: "customer".to_owned(),
        then_cancel,
        requested_at: at(1, 5),
    })
}

pub(super) fn close_one(out_trade_no: &str) -> OrderCommand {
    OrderCommand::RequestClose(RequestClose {
        attempt: Some(AttemptRef {
            mchid: "1900000001".parse().unwrap(),
            out_trade_no: out_trade_no.parse().unwrap(),
        }),
        reason: "expired".to_owned(),
        then_cancel: false,
        requested_at: at(1, 5),
    })
}

pub(super) fn closed(out_trade_no: &str) -> OrderCommand {
    OrderCommand::ConfirmClosed(ConfirmClosed {
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: out_trade_no.parse().unwrap(),
        closed_at: at(1, 8),
    })
}

pub(super) fn with_attempts(numbers: &[&str]) -> Scenario<Order> {
    let order = placed(&placing(100));
    numbers.iter().fold(order, |order, number| {
        order.when(&register(number, 100)).accepted()
    })
}

fn open_order() -> Scenario<Order> {
    with_attempts(&["T1", "T2"])
}

#[test]
fn an_unpaid_order_is_called_off_when_its_attempts_are_closed() {
    with_attempts(&["T1"])
        .when(&cancel())
        .refused("order.attempts_open");
    let order = with_attempts(&["T1"]);
    let asked = CloseRequested {
        provider: "wechat".to_owned(),
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        reason: "customer".to_owned(),
        then_cancel: true,
        requested_at: at(1, 5),
        store_id: "shop".parse().unwrap(),
    };
    let done = Closed {
        provider: "wechat".to_owned(),
        mchid: "1900000001".parse().unwrap(),
        out_trade_no: "T1".parse().unwrap(),
        closed_at: at(1, 8),
        cancels: Some("customer".to_owned()),
    };
    let called_off = Cancelled {
        reason: "customer".to_owned(),
        cancelled_at: at(1, 10),
        coupons: Vec::new(),
    };
    order
        .when(&close(true))
        .then([asked.into()])
        .when(&close(true))
        .nothing()
        .when(&closed("T1"))
        .then([done.into()])
        .when(&closed("T1"))
        .nothing()
        .when(&cancel())
        .then([called_off.into()])
        .when(&cancel())
        .nothing()
        .when(&close(true))
        .nothing();
}

#[test]
fn the_last_attempt_to_close_is_the_one_that_lets_the_order_be_called_off() {
    let order = open_order().when(&close(true)).accepted();
    let events = order.when(&closed("T2")).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::Closed(closed)] if closed.cancels.is_none()));
    let order = open_order().when(&close(true)).accepted();
    let order = order.when(&closed("T2")).accepted();
    let events = order.when(&closed("T1")).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::Closed(closed)] if closed.cancels.is_some()));
}

#[test]
fn one_attempt_is_closed_and_the_order_lives_on() {
    assert_eq!(story(open_order(), &close_one("T1")), ["close_requested"]);
    let order = open_order().when(&close_one("T1")).accepted();
    let order = order.when(&closed("T1")).accepted();
    let order = order.when(&close(false)).accepted();
    let events = order.when(&closed("T2")).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::Closed(closed)] if closed.cancels.is_none()));
}

#[test]
fn an_attempt_that_expired_is_closed_without_our_asking() {
    let order = with_attempts(&["T1"]).when(&closed("T1")).accepted();
    assert_eq!(story(order, &cancel()), ["cancelled"]);
}

#[test]
fn only_an_attempt_of_the_order_is_closed() {
    open_order()
        .when(&close_one("T9"))
        .refused("order.attempt_unknown");
    open_order().when(&closed("T9")).refused("order.attempt_unknown");
}

#[test]
fn what_was_paid_is_not_closed_and_needs_no_closing() {
    let paid = || {
        with_attempts(&["T1"])
            .when(&pay("p1", "T1", 100, at(1, 1)))
            .accepted()
    };
    paid().when(&closed("T1")).refused("order.attempt_paid");
    paid().when(&close(false)).nothing();
    paid().when(&close(true)).refused("order.already_paid");
}

#[test]
fn an_order_that_is_closing_takes_no_new_attempt_and_may_still_be_paid() {
    let closing = || with_attempts(&["T1"]).when(&close(true)).accepted();
    closing().when(&register("T2", 100)).refused("order.closing");
    let paid = closing().when(&pay("p1", "T1", 100, at(1, 6))).accepted();
    assert_eq!(paid.state().status(), OrderStatus::Paid);
    paid.when(&cancel()).refused("order.already_paid");
}

#[test]
fn a_part_that_was_paid_goes_back_when_that_is_wanted() {
    let order = placed(&placing(100))
        .when(&pay("p1", "T1", 60, at(1, 1)))
        .accepted();
    let giving = OrderCommand::Cancel(Cancel {
        reason: "timeout".to_owned(),
        give_back: true,
        cancelled_at: at(1, 10),
    });
    let events = order.when(&giving).answer().unwrap();
    let [OrderEvent::Cancelled(_), OrderEvent::RefundRequested(request)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(request.out_refund_no.as_str(), "ACp1");
    assert_eq!((request.amount_fen, request.tender), (Fen(60), Tender::Wechat));
}

#[test]
fn an_order_that_holds_money_is_not_called_off() {
    let partly = placed(&placing(100))
        .when(&pay("p1", "T1", 1, at(1, 1)))
        .accepted();
    partly.when(&cancel()).refused("order.already_paid");
    let paid = placed(&placing(100))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted();
    let refunded = paid
        .when(&refund("r1", "p1", 100, RefundStatus::Succeeded))
        .accepted();
    refunded.when(&cancel()).refused("order.already_paid");
    placed(&placing(0)).when(&cancel()).refused("order.already_paid");
}

#[test]
fn a_part_that_went_back_does_not_keep_an_order_alive() {
    let order = placed(&placing(100))
        .when(&register("T1", 60))
        .accepted()
        .when(&pay("p1", "T1", 60, at(1, 1)))
        .accepted()
        .when(&refund("r1", "p1", 60, RefundStatus::Succeeded))
        .accepted();
    assert_eq!(story(order, &cancel()), ["cancelled"]);
}

#[test]
fn money_for_a_cancelled_order_is_recorded_and_goes_back() {
    let order = placed(&placing(100)).when(&cancel()).accepted();
    let answer = order.when(&pay("p1", "T1", 100, at(1, 20)));
    let order = answer.accepted();
    assert_eq!(order.state().status(), OrderStatus::Cancelled);
    assert_eq!(order.state().captured_fen(), Fen(100));
    assert_eq!(order.state().paid, None);

    let order = placed(&placing(100)).when(&cancel()).accepted();
    let events = order.when(&pay("p1", "T1", 100, at(1, 20))).answer().unwrap();
    let [
        OrderEvent::PaymentCaptured(_),
        OrderEvent::RefundRequested(request),
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(request.reason, RefundReason::AfterCancel);
    assert_eq!(request.out_refund_no.as_str(), "ACp1");
    assert_eq!((request.amount_fen, request.payment_fen), (Fen(100), Fen(100)));
}

#[test]
fn a_refund_of_a_cancelled_order_is_a_fact() {
    let order = placed(&placing(100)).when(&cancel()).accepted();
    let order = order.when(&pay("p1", "T1", 100, at(1, 20))).accepted();
    let asked = RecordRefund {
        out_refund_no: "ACp1".parse().unwrap(),
        ..refunded("r1", "p1", 100, RefundStatus::Succeeded)
    };
    let events = order.when(&OrderCommand::RecordRefund(asked)).answer().unwrap();
    assert!(matches!(events.as_slice(), [OrderEvent::RefundSucceeded(back)] if back.of_surplus));
}
