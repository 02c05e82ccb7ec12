//! A refund that the provider has closed is asked for again under a new number.

use RefundStatus::{Abnormal, Closed, Succeeded};

use super::*;

fn again(refund_no: &str, closed: &str) -> OrderCommand {
    let out_refund_no = closed.parse().unwrap();
    ask(refund_no, RefundScope::Again { out_refund_no })
}

/// Three pieces that paid 7.00, the first of which was asked back.
fn one_asked_back() -> (Scenario<Order>, RefundRequested) {
    let three = CartLine {
        line_promotion_fen: Fen(50),
        ..line("tea", 3, 250)
    };
    let order = placed(&place(Pricing::Calculated(cart(vec![three]))));
    let order = order.when(&pay("p1", "T1", 700, at(1, 1))).accepted();
    let (order, mut requests) = asked(order, &ask("R1", pieces(&[(1, 1)])));
    (order, requests.remove(0))
}

fn one_closed() -> (Scenario<Order>, RefundRequested) {
    let (order, request) = one_asked_back();
    let order = order.when(&answer(&request, Closed)).accepted();
    (order, request)
}

#[test]
fn a_closed_refund_is_asked_for_again_with_the_same_lines_under_a_new_number() {
    let (order, before) = one_closed();
    let (order, requests) = asked(order, &again("R2", "RF1-p1"));
    let [request] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(request.out_refund_no.as_str(), "RF2-p1");
    assert_eq!(
        (&request.lines, request.amount_fen),
        (&before.lines, before.amount_fen)
    );
    let order = order.when(&again("R2", "RF1-p1")).nothing();
    let (order, back) = gave_back(order, request);
    assert_eq!(back.earning_base_fen, Fen(467));
    assert_eq!(order.state().refunded_fen(), Fen(233));
}

#[test]
fn it_is_asked_for_again_once_and_then_the_new_one_may_be() {
    let (order, _) = one_closed();
    let (order, requests) = asked(order, &again("R2", "RF1-p1"));
    let twice = Order::decide(order.state(), &again("R3", "RF1-p1"));
    assert_eq!(twice, Err(OrderRefusal::RefundNotClosed("RF1-p1".to_owned())));
    let order = order.when(&answer(&requests[0], Closed)).accepted();
    let (_, requests) = asked(order, &again("R3", "RF2-p1"));
    assert_eq!(requests[0].out_refund_no.as_str(), "RF3-p1");
    assert_eq!(lines_of(&requests[0]), [(1, 1, 233)]);
}

#[test]
fn a_refund_that_may_still_go_through_is_not_asked_for_again() {
    let (order, _) = one_asked_back();
    order
        .when(&again("R2", "RF1-p1"))
        .refused("order.refund_not_closed");
    let (order, request) = one_asked_back();
    let order = order.when(&answer(&request, Abnormal)).accepted();
    order
        .when(&again("R2", "RF1-p1"))
        .refused("order.refund_not_closed");
    let (order, request) = one_asked_back();
    let order = order.when(&answer(&request, Succeeded)).accepted();
    order
        .when(&again("R2", "RF1-p1"))
        .refused("order.refund_not_closed");
}

#[test]
fn only_a_refund_of_ours_is_asked_for_again() {
    let (order, _) = one_asked_back();
    let order = order.when(&refund("r9", "p1", 5, Closed)).accepted();
    order
        .when(&again("R2", "back-office-r9"))
        .refused("order.refund_not_closed");
    let (order, _) = one_asked_back();
    order
        .when(&again("R2", "RF9-p1"))
        .refused("order.refund_not_closed");
}

#[test]
fn a_success_that_is_seen_after_the_closing_counts_and_cannot_be_asked_for_again() {
    let (order, request) = one_closed();
    let (order, _) = gave_back(order, &request);
    assert_eq!(order.state().refunded_fen(), Fen(233));
    order
        .when(&again("R2", "RF1-p1"))
        .refused("order.refund_not_closed");
}

#[test]
fn what_a_closed_refund_was_for_may_have_gone_back_otherwise() {
    let (order, _) = one_closed();
    let order = order.when(&ask("R2", RefundScope::Whole)).accepted();
    order.when(&again("R3", "RF1-p1")).refused("order.refund_exceeds");

    // The second piece came to 2.34; once the other two are asked for at 2.33 and 2.34, only 2.33 are left for it.
    let (order, _) = one_asked_back();
    let (order, second) = asked(order, &ask("R2", pieces(&[(1, 1)])));
    let order = order.when(&answer(&second[0], Closed)).accepted();
    let (order, third) = asked(order, &ask("R3", pieces(&[(1, 1)])));
    assert_eq!((second[0].amount_fen, third[0].amount_fen), (Fen(234), Fen(234)));
    let refused = Order::decide(order.state(), &again("R4", "RF2-p1"));
    assert_eq!(refused, Err(OrderRefusal::RefundExceeds { left_fen: 233 }));
    let (_, last) = asked(order, &ask("R4", pieces(&[(1, 1)])));
    assert_eq!(last[0].amount_fen, Fen(233));
}

#[test]
fn an_amount_that_was_closed_is_still_an_amount_when_it_is_asked_for_again() {
    let (order, _) = one_asked_back();
    let (order, requests) = asked(order, &ask("R2", amount(100)));
    let order = order.when(&answer(&requests[0], Closed)).accepted();
    let (order, requests) = asked(order, &again("R3", "RF2-p1"));
    let (_, back) = gave_back(order, &requests[0]);
    assert!(back.allocated);
}

#[test]
fn a_closed_refund_is_too_old_to_be_asked_for_again_after_365_days() {
    let (order, _) = one_closed();
    let out_refund_no = "RF1-p1".parse().unwrap();
    let late = RequestRefund {
        requested_at: at(367, 0),
        ..asking("R2", RefundScope::Again { out_refund_no })
    };
    order
        .when(&OrderCommand::RequestRefund(late))
        .refused("order.refund_too_late");
}

#[test]
fn a_closed_refund_of_a_surplus_stays_one_when_it_is_asked_for_again() {
    let order = placed(&placing(100));
    let order = order.when(&pay("p1", "T1", 150, at(1, 1))).accepted();
    let closed = RecordRefund {
        out_refund_no: "SPp1".parse().unwrap(),
        ..refunded("r1", "p1", 50, Closed)
    };
    let order = order.when(&OrderCommand::RecordRefund(closed)).accepted();
    let (order, requests) = asked(order, &again("R1", "SPp1"));
    assert_eq!(
        (requests[0].reason, requests[0].amount_fen),
        (RefundReason::Surplus, Fen(50))
    );
    let (_, back) = gave_back(order, &requests[0]);
    assert!(back.of_surplus);
    assert_eq!(back.earning_base_fen, Fen(100));
}

#[test]
fn money_of_a_cancelled_order_that_the_provider_did_not_send_is_asked_for_again() {
    let order = placed(&placing(100)).when(&cancel()).accepted();
    let order = order.when(&pay("p1", "T1", 100, at(1, 20))).accepted();
    let closed = RecordRefund {
        out_refund_no: "ACp1".parse().unwrap(),
        ..refunded("r1", "p1", 100, Closed)
    };
    let order = order.when(&OrderCommand::RecordRefund(closed)).accepted();
    let (order, requests) = asked(order, &again("R1", "ACp1"));
    assert_eq!(requests[0].reason, RefundReason::AfterCancel);
    let (order, back) = gave_back(order, &requests[0]);
    assert!(back.of_surplus);
    assert_eq!(order.state().refunded_fen(), Fen(100));
}
