use RefundStatus::{Abnormal, Closed, Succeeded};

use super::*;

/// A paid order of this cart.
fn paid(cart: Cart) -> Scenario<Order> {
    let order = placed(&place(Pricing::Calculated(cart)));
    let payable = order.state().placed.as_ref().unwrap().totals.payable_fen;
    order.when(&pay("p1", "T1", payable.0, at(1, 1))).accepted()
}

/// A paid order of one piece for one yuan.
fn one_yuan() -> Scenario<Order> {
    paid(cart(vec![line("tea", 1, 100)]))
}

/// Three pieces that paid 7.00 together.
fn three_for_seven() -> Scenario<Order> {
    paid(cart(vec![CartLine {
        line_promotion_fen: Fen(50),
        ..line("tea", 3, 250)
    }]))
}

#[test]
fn three_pieces_that_paid_seven_yuan_go_back_one_by_one_to_the_fen() {
    let mut order = three_for_seven();
    for (number, fen, earning) in [("R1", 233, 467), ("R2", 234, 233), ("R3", 233, 0)] {
        let (next, requests) = asked(order, &ask(number, pieces(&[(1, 1)])));
        let [request] = requests.as_slice() else {
            panic!("{requests:?}");
        };
        assert_eq!(lines_of(request), [(1, 1, fen)], "{number}");
        assert_eq!((request.amount_fen, request.payment_fen), (Fen(fen), Fen(700)));
        let (next, back) = gave_back(next, request);
        assert_eq!(back.earning_base_fen, Fen(earning), "{number}");
        assert!(!back.of_surplus && !back.allocated);
        order = next;
    }
    assert_eq!(order.state().status(), OrderStatus::Refunded);
    order
        .when(&ask("R4", pieces(&[(1, 1)])))
        .refused("order.too_many_pieces");
}

#[test]
fn the_parts_of_a_line_sum_to_what_it_paid_however_they_are_cut() {
    let (order, requests) = asked(three_for_seven(), &ask("R1", pieces(&[(1, 2)])));
    assert_eq!(lines_of(&requests[0]), [(1, 2, 467)]);
    let (_, requests) = asked(order, &ask("R2", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 233)]);
}

#[test]
fn a_line_gives_back_what_it_paid_after_all_discounts() {
    let discounted = CartLine {
        line_promotion_fen: Fen(200),
        ..line("A", 1, 1_000)
    };
    let order = paid(Cart {
        order_promotions_fen: vec![Fen(1_000)],
        ..cart(vec![discounted, line("B", 1, 9_000)])
    });
    let (order, requests) = asked(order, &ask("R1", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 718)]);
    let (_, requests) = asked(order, &ask("R2", pieces(&[(2, 1)])));
    assert_eq!(lines_of(&requests[0]), [(2, 1, 8_082)]);
}

#[test]
fn goods_that_a_discount_made_free_give_nothing_back() {
    let order = || {
        paid(Cart {
            order_promotions_fen: vec![Fen(2)],
            ..cart(vec![line("a", 1, 1), line("b", 1, 1), line("c", 1, 1)])
        })
    };
    order()
        .when(&ask("R1", pieces(&[(1, 1), (2, 1)])))
        .refused("order.nothing_to_refund");
    let (_, requests) = asked(order(), &ask("R1", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 0), (2, 1, 0), (3, 1, 1)]);
    let (_, requests) = asked(order(), &ask("R1", pieces(&[(3, 1), (1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 0), (3, 1, 1)]);
}

#[test]
fn freight_goes_back_whole_or_not_at_all() {
    let sent = || {
        paid(Cart {
            freight_fen: Fen(10),
            ..cart(vec![line("tea", 2, 50)])
        })
    };
    let (order, requests) = asked(sent(), &ask("R1", pieces(&[(1, 2)])));
    assert_eq!(lines_of(&requests[0]), [(1, 2, 100)], "goods alone");
    let (order, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen::ZERO);
    assert_eq!(order.state().status(), OrderStatus::PartlyRefunded);
    let (order, requests) = asked(order, &ask("R2", pieces(&[(2, 0)])));
    assert_eq!(lines_of(&requests[0]), [(2, 0, 10)]);
    order
        .when(&ask("R3", pieces(&[(2, 0)])))
        .refused("order.nothing_to_refund");
    sent()
        .when(&ask("R1", pieces(&[(2, 1)])))
        .refused("order.too_many_pieces");
    let (order, requests) = asked(sent(), &ask("R1", pieces(&[(2, 0), (1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 50), (2, 0, 10)]);
    let (_, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen(50), "freight never earned anything");
}

#[test]
fn an_amount_without_lines_is_divided_over_what_the_lines_have_left_and_flagged() {
    let order = paid(Cart {
        freight_fen: Fen(33),
        ..cart(vec![line("tea", 1, 100), line("cup", 2, 100)])
    });
    let (order, requests) = asked(order, &ask("R1", amount(100)));
    assert_eq!(lines_of(&requests[0]), [(1, 0, 30), (2, 0, 60), (3, 0, 10)]);
    let (order, back) = gave_back(order, &requests[0]);
    assert!(back.allocated);
    assert_eq!(back.earning_base_fen, Fen(210));
    let (order, requests) = asked(order, &ask("R2", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 70), (2, 2, 140), (3, 0, 23)]);
    let (_, back) = gave_back(order, &requests[0]);
    assert!(!back.allocated);
    assert_eq!(back.earning_base_fen, Fen::ZERO);
}

#[test]
fn pieces_after_an_amount_give_back_no_more_than_their_line_has_left() {
    let (order, _) = asked(three_for_seven(), &ask("R1", amount(300)));
    let (order, requests) = asked(order, &ask("R2", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 233)]);
    let (order, requests) = asked(order, &ask("R3", pieces(&[(1, 2)])));
    assert_eq!(lines_of(&requests[0]), [(1, 2, 167)], "700 - 300 - 233");
    order
        .when(&ask("R4", RefundScope::Whole))
        .refused("order.nothing_to_refund");
}

#[test]
fn the_whole_order_is_what_has_not_been_asked_back_yet() {
    let (order, _) = asked(three_for_seven(), &ask("R1", pieces(&[(1, 1)])));
    let (order, requests) = asked(order, &ask("R2", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 2, 467)]);
    order
        .when(&ask("R3", RefundScope::Whole))
        .refused("order.nothing_to_refund");
}

#[test]
fn what_a_clerk_gave_back_by_hand_is_not_given_back_again() {
    let by_hand = |fen| {
        three_for_seven()
            .when(&refund("r1", "p1", fen, Succeeded))
            .accepted()
    };
    let (_, requests) = asked(by_hand(300), &ask("R1", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 3, 400)]);
    by_hand(700)
        .when(&ask("R1", pieces(&[(1, 1)])))
        .refused("order.nothing_to_refund");
}

#[test]
fn a_refund_is_asked_for_once_under_its_number() {
    let (order, requests) = asked(three_for_seven(), &ask("R1", pieces(&[(1, 1)])));
    assert_eq!(requests.len(), 1);
    let order = order.when(&ask("R1", pieces(&[(1, 1)]))).nothing();
    let (order, _) = gave_back(order, &requests[0]);
    order
        .when(&ask("R1", pieces(&[(1, 1)])))
        .nothing()
        .when(&ask("R1", pieces(&[(1, 2)])))
        .refused("order.refund_number_reused");
}

#[test]
fn the_number_of_a_refund_is_not_good_for_another_amount() {
    let order = one_yuan().when(&ask("R1", amount(30))).accepted();
    order
        .when(&ask("R1", amount(31)))
        .refused("order.refund_number_reused");
    let order = one_yuan().when(&ask("R1", amount(100))).accepted();
    order
        .when(&ask("R1", RefundScope::Whole))
        .refused("order.refund_number_reused");
}

#[test]
fn only_an_order_that_is_paid_gives_money_back_on_request() {
    let whole = ask("R1", RefundScope::Whole);
    let waiting = || placed(&placing(100));
    waiting().when(&whole).refused("order.not_paid");
    let partly = waiting().when(&pay("p1", "T1", 99, at(1, 1))).accepted();
    partly.when(&whole).refused("order.not_paid");
    let cancelled = waiting().when(&cancel()).accepted();
    cancelled.when(&whole).refused("order.already_cancelled");
    placed(&placing(0))
        .when(&whole)
        .refused("order.nothing_to_refund");
}

#[test]
fn lines_are_named_once_and_with_pieces_that_they_have() {
    let refused =
        |named: &[(u32, i64)], code| three_for_seven().when(&ask("R1", pieces(named))).refused(code);
    refused(&[], "order.no_lines");
    refused(&[(0, 1)], "order.unknown_line");
    refused(&[(2, 1)], "order.unknown_line");
    refused(&[(1, 1), (1, 1)], "order.line_twice");
    refused(&[(1, 4)], "order.too_many_pieces");
    refused(&[(1, 0)], "order.too_many_pieces");
    refused(&[(1, -1)], "order.too_many_pieces");
}

#[test]
fn an_amount_is_more_than_nothing_and_no_more_than_is_left() {
    one_yuan()
        .when(&ask("R1", amount(0)))
        .refused("order.nothing_to_refund");
    one_yuan()
        .when(&ask("R1", amount(-1)))
        .refused("order.nothing_to_refund");
    one_yuan()
        .when(&ask("R1", amount(101)))
        .refused("order.refund_exceeds");
    let answered = one_yuan().when(&ask("R1", amount(101))).answer();
    assert_eq!(answered, Err(OrderRefusal::RefundExceeds { left_fen: 100 }));
}

#[test]
fn a_refund_holds_its_share_until_the_provider_closes_it() {
    let (order, requests) = asked(one_yuan(), &ask("R1", amount(60)));
    let too_much = || ask("R2", amount(41));
    let refused = Order::decide(order.state(), &too_much());
    assert_eq!(
        refused,
        Err(OrderRefusal::RefundExceeds { left_fen: 40 }),
        "not answered"
    );
    let order = order.when(&answer(&requests[0], Abnormal)).accepted();
    let refused = Order::decide(order.state(), &too_much());
    assert_eq!(
        refused,
        Err(OrderRefusal::RefundExceeds { left_fen: 40 }),
        "abnormal"
    );
    let order = order.when(&answer(&requests[0], Closed)).accepted();
    let (_, requests) = asked(order, &ask("R2", amount(100)));
    assert_eq!(requests[0].amount_fen, Fen(100), "closed");
}

#[test]
fn a_payment_takes_fifty_refunds_and_closed_ones_do_not_count() {
    let mut order = one_yuan();
    for number in 1..=49 {
        order = order.when(&ask(&format!("R{number}"), amount(1))).accepted();
    }
    let order = order.when(&refund("by-hand", "p1", 1, Succeeded)).accepted();
    let one_more = ask("R50", amount(1));
    let refused = Order::decide(order.state(), &one_more);
    assert_eq!(
        refused,
        Err(OrderRefusal::RefundsExhausted),
        "the clerk's counts as well"
    );
    let closed = RecordRefund {
        out_refund_no: "RF7-p1".parse().unwrap(),
        ..refunded("r7", "p1", 1, Closed)
    };
    let order = order.when(&OrderCommand::RecordRefund(closed)).accepted();
    let (order, requests) = asked(order, &one_more);
    assert_eq!(requests[0].out_refund_no.as_str(), "RF50-p1");
    order
        .when(&ask("R51", amount(1)))
        .refused("order.refunds_exhausted");
}

#[test]
fn a_payment_is_refunded_for_365_days_and_not_a_second_longer() {
    let year = at(1, 1).as_second() + 365 * 24 * 60 * 60;
    let asked_at = |second| {
        OrderCommand::RequestRefund(RequestRefund {
            requested_at: Timestamp::from_second(second).unwrap(),
            ..asking("R1", RefundScope::Whole)
        })
    };
    assert_eq!(story(one_yuan(), &asked_at(year)), ["refund_requested"]);
    one_yuan()
        .when(&asked_at(year + 1))
        .refused("order.refund_too_late");
}

#[test]
fn a_refund_is_asked_for_in_order_value_and_what_the_payer_got_is_only_read() {
    let discounted_by_the_provider = RecordPayment {
        payer_total_fen: Some(Fen(700)),
        ..payment("p1", "T1", 1_000, at(1, 1))
    };
    let order = placed(&placing(1_000));
    let order = order
        .when(&OrderCommand::RecordPayment(discounted_by_the_provider))
        .accepted();
    let (order, requests) = asked(order, &ask("R1", amount(900)));
    assert_eq!(
        (requests[0].amount_fen, requests[0].payment_fen),
        (Fen(900), Fen(1_000))
    );
    let scaled = RecordRefund {
        out_refund_no: requests[0].out_refund_no.clone(),
        payer_refund_fen: Some(Fen(630)),
        ..refunded("r1", "p1", 900, Succeeded)
    };
    let (order, events) = told(order, &OrderCommand::RecordRefund(scaled));
    let [OrderEvent::RefundSucceeded(back)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(
        (back.amount_fen, back.payer_refund_fen),
        (Fen(900), Some(Fen(630)))
    );
    assert_eq!(back.earning_base_fen, Fen(100));
    assert_eq!(order.state().refunded_fen(), Fen(900));
}
