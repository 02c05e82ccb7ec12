//! A refund that takes the goods below what a coupon asks for: the discount is kept, or the goods that stay cost more.

use super::*;
use crate::coupon::{CouponKind, CouponTerms, Funder, GoodsScope};

fn coupon(id: &str, kind: CouponKind, goods: GoodsScope, threshold: i64) -> CartCoupon {
    CartCoupon {
        coupon_id: id.parse().unwrap(),
        campaign_id: "spring".parse().unwrap(),
        terms: CouponTerms {
            kind,
            goods,
            threshold_fen: Fen(threshold),
            funder: Funder::Us,
        },
    }
}

fn off(id: &str, fen: i64, threshold: i64) -> CartCoupon {
    coupon(
        id,
        CouponKind::Normal { off_fen: Fen(fen) },
        GoodsScope::All,
        threshold,
    )
}

fn paid(lines: Vec<CartLine>, coupons: Vec<CartCoupon>) -> Scenario<Order> {
    let order = placed(&place(Pricing::Calculated(Cart {
        freight_fen: Fen(8),
        coupons,
        ..cart(lines)
    })));
    let payable = order.state().placed.as_ref().unwrap().totals.payable_fen;
    order.when(&pay("p1", "T1", payable.0, at(1, 1))).accepted()
}

/// Tea for 60.00 and a cup for 40.00, 10.00 off from 100.00: the tea paid 54.00, the cup 36.00.
fn tea_and_cup() -> Scenario<Order> {
    paid(
        vec![line("tea", 1, 6_000), line("cup", 1, 4_000)],
        vec![off("k", 1_000, 10_000)],
    )
}

fn by_rule(refund_no: &str, scope: RefundScope, rule: ThresholdRule) -> OrderCommand {
    OrderCommand::RequestRefund(RequestRefund {
        threshold: ThresholdPolicy { version: 7, rule },
        ..asking(refund_no, scope)
    })
}

fn keeping(refund_no: &str, scope: RefundScope) -> OrderCommand {
    by_rule(refund_no, scope, ThresholdRule::Keep)
}

fn recomputing(refund_no: &str, scope: RefundScope) -> OrderCommand {
    by_rule(refund_no, scope, ThresholdRule::Recompute)
}

/// Coupons that a refund left below their threshold, and what was withheld for them.
fn judged(request: &RefundRequested) -> (Vec<&str>, i64) {
    let ask = request.ask.as_ref().unwrap();
    let below = ask.below_threshold.iter().map(crate::ids::CouponId::as_str);
    (below.collect(), ask.withheld_fen.0)
}

#[test]
fn the_goods_that_stay_keep_their_discount() {
    let (order, requests) = asked(tea_and_cup(), &keeping("R1", pieces(&[(2, 1)])));
    assert_eq!(lines_of(&requests[0]), [(2, 1, 3_600)]);
    assert_eq!(judged(&requests[0]), (vec!["k"], 0));
    let policy = requests[0].ask.as_ref().unwrap().threshold;
    assert_eq!(policy.version, 7, "the log tells which rule it was");
    let (_, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen(5_400));
    assert!(back.coupons_returned.is_empty(), "the tea is still covered");
}

#[test]
fn the_goods_that_stay_cost_what_they_would_without_the_coupon() {
    let (order, requests) = asked(tea_and_cup(), &recomputing("R1", pieces(&[(2, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 0, -600), (2, 1, 3_600)]);
    assert_eq!(requests[0].amount_fen, Fen(3_000));
    assert_eq!(judged(&requests[0]), (vec!["k"], 600));
    let (_, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen(6_000), "the tea at its full price");
    assert!(back.coupons_returned.is_empty());
}

#[test]
fn what_was_withheld_comes_back_when_the_last_goods_do() {
    for last in [
        recomputing("R2", pieces(&[(1, 1)])),
        keeping("R2", pieces(&[(1, 1)])),
    ] {
        let (order, requests) = asked(tea_and_cup(), &recomputing("R1", pieces(&[(2, 1)])));
        let (order, _) = gave_back(order, &requests[0]);
        let (order, requests) = asked(order, &last);
        assert_eq!(lines_of(&requests[0]), [(1, 1, 6_000)]);
        assert_eq!(judged(&requests[0]), (Vec::new(), 0));
        let (order, back) = gave_back(order, &requests[0]);
        assert_eq!(back.earning_base_fen, Fen::ZERO);
        assert_eq!(back.coupons_returned, ["k".parse().unwrap()]);
        assert_eq!(order.state().refunded_fen(), Fen(9_000), "all but the freight");
    }
}

#[test]
fn the_whole_order_gives_back_what_was_withheld() {
    let (order, _) = asked(tea_and_cup(), &recomputing("R1", pieces(&[(2, 1)])));
    let (order, requests) = asked(order, &recomputing("R2", RefundScope::Whole));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 6_000), (3, 0, 8)]);
    let (_, back) = gave_back(order, &requests[0]);
    assert!(back.coupons_returned.is_empty(), "the cup has not gone back yet");
}

#[test]
fn goods_that_just_reach_the_threshold_miss_nothing() {
    let lines = || vec![line("tea", 1, 6_000), line("cup", 1, 4_000)];
    for (threshold, withheld) in [(6_000, 0), (6_001, 600)] {
        let order = paid(lines(), vec![off("k", 1_000, threshold)]);
        let (_, requests) = asked(order, &recomputing("R1", pieces(&[(2, 1)])));
        assert_eq!(judged(&requests[0]).1, withheld, "{threshold}");
    }
}

#[test]
fn a_coupon_without_a_threshold_is_never_missed() {
    let lines = vec![line("tea", 1, 6_000), line("cup", 1, 4_000)];
    let order = paid(lines, vec![off("k", 1_000, 0)]);
    let (_, requests) = asked(order, &recomputing("R1", pieces(&[(2, 1)])));
    assert_eq!(judged(&requests[0]), (Vec::new(), 0));
    assert_eq!(requests[0].amount_fen, Fen(3_600));
}

#[test]
fn goods_that_are_worth_less_than_the_lost_discount_give_nothing_back() {
    let lines = || vec![line("tea", 1, 9_500), line("candy", 1, 500)];
    let order = || paid(lines(), vec![off("k", 1_000, 10_000)]);
    order()
        .when(&recomputing("R1", pieces(&[(2, 1)])))
        .refused("order.nothing_to_refund");
    let (_, requests) = asked(order(), &keeping("R1", pieces(&[(2, 1)])));
    assert_eq!(lines_of(&requests[0]), [(2, 1, 450)]);
}

#[test]
fn pieces_that_stay_cost_to_the_fen_what_they_would_without_the_coupon() {
    // Three for 10.00; two of them stay for 6.67, as they would without the coupon: 10.00 - half-up(10.00 / 3).
    let three = CartLine {
        line_promotion_fen: Fen(2),
        ..line("tea", 3, 334)
    };
    let order = paid(vec![three], vec![off("k", 101, 1_000)]);
    let (order, requests) = asked(order, &recomputing("R1", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 232)], "899 - 667");
    let (order, back) = gave_back(order, &requests[0]);
    assert_eq!(back.earning_base_fen, Fen(667));
    let (order, requests) = asked(order, &recomputing("R2", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 334)], "one stays for 333");
    let (_, requests) = asked(order, &recomputing("R3", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 333)]);
}

#[test]
fn each_coupon_looks_at_the_goods_that_it_is_for() {
    let tea = GoodsScope::Sku {
        sku: "tea".parse().unwrap(),
    };
    let of_tea = coupon("t", CouponKind::Discount { pay_percent: 90 }, tea, 6_000);
    let lines = vec![line("tea", 2, 3_000), line("cup", 1, 4_000)];
    // 10 % off the tea is 6.00, then 10.00 off all: 5.74 of it off the tea's 54.00, 4.26 off the cup's 40.00.
    let both = || paid(lines.clone(), vec![of_tea.clone(), off("k", 1_000, 7_000)]);
    let (_, requests) = asked(both(), &recomputing("R1", pieces(&[(2, 1)])));
    assert_eq!(judged(&requests[0]), (vec!["k"], 574));
    assert_eq!(lines_of(&requests[0]), [(1, 0, -574), (2, 1, 3_574)]);
    let (_, requests) = asked(both(), &recomputing("R1", pieces(&[(1, 1)])));
    assert_eq!(
        judged(&requests[0]),
        (vec!["t"], 300),
        "70.00 stay for the other one"
    );
    assert_eq!(lines_of(&requests[0]), [(1, 1, 2_413 - 300)]);
    let (_, requests) = asked(both(), &recomputing("R1", pieces(&[(1, 1), (2, 1)])));
    assert_eq!(judged(&requests[0]), (vec!["t", "k"], 300 + 287));
}

#[test]
fn a_coupon_whose_goods_have_all_gone_back_misses_nothing_and_returns() {
    let tea = GoodsScope::Sku {
        sku: "tea".parse().unwrap(),
    };
    let of_tea = coupon("t", CouponKind::Normal { off_fen: Fen(600) }, tea, 6_000);
    let order = paid(vec![line("tea", 2, 3_000), line("cup", 1, 4_000)], vec![of_tea]);
    let (order, requests) = asked(order, &keeping("R1", pieces(&[(1, 1)])));
    let (order, back) = gave_back(order, &requests[0]);
    assert!(
        back.coupons_returned.is_empty(),
        "one of two pieces is still covered"
    );
    let (order, requests) = asked(order, &recomputing("R2", pieces(&[(1, 1)])));
    assert_eq!(judged(&requests[0]), (Vec::new(), 0));
    let (order, back) = gave_back(order, &requests[0]);
    assert_eq!(back.coupons_returned, ["t".parse().unwrap()]);
    let (order, requests) = asked(order, &keeping("R3", RefundScope::Whole));
    let (_, back) = gave_back(order, &requests[0]);
    assert!(back.coupons_returned.is_empty(), "a coupon comes back once");
}

#[test]
fn a_threshold_that_was_forgiven_before_is_not_forgiven_by_a_later_rule() {
    let lines = vec![line("tea", 2, 3_000), line("cup", 1, 4_000)];
    let order = paid(lines, vec![off("k", 1_000, 10_000)]);
    let (order, requests) = asked(order, &keeping("R1", pieces(&[(2, 1)])));
    assert_eq!(lines_of(&requests[0]), [(2, 1, 3_600)]);
    let (_, requests) = asked(order, &recomputing("R2", pieces(&[(1, 1)])));
    assert_eq!(lines_of(&requests[0]), [(1, 1, 2_700 - 300)]);
}

#[test]
fn an_amount_without_lines_takes_no_goods_away_and_so_misses_no_threshold() {
    let (order, requests) = asked(tea_and_cup(), &recomputing("R1", amount(9_000)));
    assert_eq!(judged(&requests[0]), (Vec::new(), 0));
    assert_eq!(lines_of(&requests[0]), [(1, 0, 5_395), (2, 0, 3_597), (3, 0, 8)]);
    let (_, back) = gave_back(order, &requests[0]);
    assert!(back.coupons_returned.is_empty());
}

#[test]
fn when_the_refund_that_withheld_something_is_closed_the_rest_comes_to_what_was_paid() {
    let (order, first) = asked(tea_and_cup(), &recomputing("R1", pieces(&[(2, 1)])));
    assert_eq!(first[0].amount_fen, Fen(3_000));
    let (order, rest) = asked(order, &keeping("R2", RefundScope::Whole));
    assert_eq!(lines_of(&rest[0]), [(1, 1, 6_000), (3, 0, 8)]);
    let order = order.when(&answer(&first[0], RefundStatus::Closed)).accepted();
    // The tea alone got 6.00 more than it cost; the cup has that much less.
    let (order, again) = asked(order, &keeping("R3", RefundScope::Whole));
    assert_eq!(lines_of(&again[0]), [(2, 1, 3_000)]);
    order
        .when(&keeping("R4", RefundScope::Whole))
        .refused("order.nothing_to_refund");
}
