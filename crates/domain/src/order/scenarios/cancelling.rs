use super::*;

#[test]
fn an_unpaid_order_is_called_off_and_its_open_attempts_closed_first() {
    let order = placed(&placing(100)).when(&register("T1", 100)).accepted();
    order
        .when(&cancel())
        .then([
            CloseRequested {
                provider: "wechat".to_owned(),
                mchid: "1900000001".parse().unwrap(),
                out_trade_no: "T1".parse().unwrap(),
            }
            .into(),
            Cancelled {
                reason: "customer".to_owned(),
                cancelled_at: at(1, 10),
                coupons: Vec::new(),
            }
            .into(),
        ])
        .when(&cancel())
        .nothing();
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
