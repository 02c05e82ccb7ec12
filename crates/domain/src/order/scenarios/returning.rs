//! Goods that come back, and the money for them.

use AfterSaleKind::{RefundOnly, ReturnAndRefund};

use super::after_sale::{after, arrive, deny, goes_back, grant, take_back, want};
use super::*;
use crate::coupon::{CouponKind, CouponTerms, Funder, GoodsScope};

fn grant_by(id: &str, rule: ThresholdRule) -> OrderCommand {
    OrderCommand::ApproveAfterSale(ApproveAfterSale {
        after_sale_id: id.parse().unwrap(),
        threshold: ThresholdPolicy { version: 2, rule },
        approved_at: at(3, 5),
    })
}

#[test]
fn goods_that_came_back_are_paid_back_by_the_piece_and_add_up() {
    let piece = |id| want(id, ReturnAndRefund, &[of_line(1, 1)]);
    let mut commands = Vec::new();
    let mut sums = Vec::new();
    for id in ["A1", "A2", "A3"] {
        commands.extend([piece(id), grant(id)]);
        let (_, sum, _) = goes_back(after(&commands), &arrive(id, &[])).unwrap();
        sums.push(sum.0);
        commands.push(arrive(id, &[]));
    }
    assert_eq!(sums, [233, 234, 233]);
}

#[test]
fn less_may_come_back_than_was_agreed_and_only_that_is_paid_back() {
    let agreed = || {
        after(&[
            want("A1", ReturnAndRefund, &[of_line(1, 2), of_line(2, 2)]),
            grant("A1"),
        ])
    };
    let events = agreed().when(&arrive("A1", &[of_line(2, 1)])).answer().unwrap();
    let [
        OrderEvent::ReturnReceived(received),
        OrderEvent::RefundRequested(refund),
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(received.lines, [of_line(2, 1)]);
    assert_eq!((received.refund_fen, refund.amount_fen), (Fen(500), Fen(500)));
    let arrived = || agreed().when(&arrive("A1", &[of_line(2, 1)])).accepted();
    let rest = want("A2", ReturnAndRefund, &[of_line(1, 3), of_line(2, 1)]);
    assert_eq!(story(arrived(), &rest), ["after_sale_requested"]);
}

#[test]
fn what_arrives_was_agreed_on() {
    let refused = |lines: &[Pieces], code| {
        after(&[want("A1", ReturnAndRefund, &[of_line(1, 2)]), grant("A1")])
            .when(&arrive("A1", lines))
            .refused(code);
    };
    refused(&[of_line(2, 1)], "order.unknown_line");
    refused(&[of_line(1, 3)], "order.too_many_pieces");
    refused(&[of_line(1, 0)], "order.too_many_pieces");
    refused(&[of_line(1, 1), of_line(1, 1)], "order.line_twice");
}

#[test]
fn the_same_arrival_again_changes_nothing_and_another_is_not_swallowed() {
    let agreed = [
        want("A1", ReturnAndRefund, &[of_line(1, 2), of_line(2, 1)]),
        grant("A1"),
    ];
    let half = || after(&agreed).when(&arrive("A1", &[of_line(1, 2)])).accepted();
    half().when(&arrive("A1", &[of_line(1, 2)])).nothing();
    half()
        .when(&arrive("A1", &[of_line(2, 1)]))
        .refused("order.after_sale_settled");
    half()
        .when(&arrive("A1", &[]))
        .refused("order.after_sale_settled");
    let all = || after(&agreed).when(&arrive("A1", &[])).accepted();
    all().when(&arrive("A1", &[])).nothing();
    all()
        .when(&arrive("A1", &[of_line(1, 2), of_line(2, 1)]))
        .nothing();
}

#[test]
fn goods_arrive_only_for_a_return_that_was_granted() {
    let wish = || want("A1", ReturnAndRefund, &[of_line(1, 1)]);
    let refused = |commands: &[OrderCommand], code| {
        after(commands).when(&arrive("A1", &[])).refused(code);
    };
    refused(&[], "order.after_sale_unknown");
    refused(&[wish()], "order.after_sale_not_approved");
    refused(&[wish(), deny("A1")], "order.after_sale_settled");
    refused(
        &[wish(), grant("A1"), take_back("A1")],
        "order.after_sale_settled",
    );
    let money_only = || want("A1", RefundOnly, &[of_line(1, 1)]);
    refused(&[money_only()], "order.nothing_to_return");
    refused(&[money_only(), grant("A1")], "order.nothing_to_return");
}

/// A sample that came free with a tea.
fn with_a_gift() -> Scenario<Order> {
    let lines = vec![line("tea", 1, 100), line("sample", 1, 0)];
    placed(&place(Pricing::Calculated(cart(lines))))
        .when(&pay("p1", "T1", 100, at(1, 1)))
        .accepted()
}

#[test]
fn a_gift_comes_back_for_nothing_and_only_once() {
    let wish = |id| want(id, ReturnAndRefund, &[of_line(2, 1)]);
    let granted = with_a_gift()
        .when(&wish("A1"))
        .accepted()
        .when(&grant("A1"))
        .accepted();
    let received = ReturnReceived {
        after_sale_id: "A1".parse().unwrap(),
        lines: vec![of_line(2, 1)],
        received_at: at(6, 0),
        refund_fen: Fen::ZERO,
    };
    granted
        .when(&arrive("A1", &[]))
        .then([received.into()])
        .when(&arrive("A1", &[]))
        .nothing()
        .when(&wish("A2"))
        .refused("order.too_many_pieces");
}

/// Goods for 62.00, of which a coupon took 40.00 off above 50.00.
fn with_a_large_coupon() -> Scenario<Order> {
    let coupon = CartCoupon {
        coupon_id: "k-1".parse().unwrap(),
        campaign_id: "spring".parse().unwrap(),
        terms: CouponTerms {
            kind: CouponKind::Normal { off_fen: Fen(4_000) },
            goods: GoodsScope::All,
            threshold_fen: Fen(5_000),
            funder: Funder::Us,
        },
    };
    let place = place(Pricing::Calculated(Cart {
        coupons: vec![coupon],
        ..cart(vec![line("tea", 3, 1_400), line("cake", 2, 1_000)])
    }));
    placed(&place).when(&pay("p1", "T1", 2_200, at(1, 1))).accepted()
}

#[test]
fn a_return_that_costs_its_discount_is_paid_back_when_the_rest_comes_back_too() {
    let granted = |order: Scenario<Order>, id, lines: &[Pieces]| {
        let wish = want(id, ReturnAndRefund, lines);
        let order = order.when(&wish).accepted();
        order.when(&grant_by(id, ThresholdRule::Recompute)).accepted()
    };
    // The goods that stay cost 48.00 without the coupon, more than was paid for all.
    let first = || granted(with_a_large_coupon(), "A1", &[of_line(1, 1)]);
    assert_eq!(goes_back(first(), &arrive("A1", &[])), None);
    let first = first().when(&arrive("A1", &[])).accepted();
    let rest = granted(first, "A2", &[of_line(1, 2), of_line(2, 2)]);
    let (_, sum, _) = goes_back(rest, &arrive("A2", &[])).unwrap();
    assert_eq!(sum, Fen(2_200), "all goods are back, and so is all money");
}
