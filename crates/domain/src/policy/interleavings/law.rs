//! What holds at any time in the life of an order.

use guanxi_kernel::{BasisPoints, Fen};
use proptest::prelude::*;

use super::house::House;
use super::{COUPON, GUIDE, MEMBER, ORDER, RATE, order, payable};
use crate::GuanxiEvent;
use crate::coupon::{Coupon, CouponStatus};
use crate::guide::GuideRelationship;
use crate::member::Member;
use crate::order::{OrderEvent, OrderState, RefundReason};

/// Everything that was, or will be, given back of a payment.
pub fn promised(state: &OrderState, payment: &str) -> Fen {
    let answer = |out_refund_no: &str| {
        let refunds = state.refunds.values();
        refunds
            .into_iter()
            .find(|refund| refund.out_refund_no.as_str() == out_refund_no)
    };
    let asked = state.asked.iter().filter(|(number, asked)| {
        asked.payment == payment && answer(number).is_none_or(|refund| refund.holds())
    });
    let unasked = state.refunds.values().filter(|refund| {
        refund.payment == payment
            && refund.holds()
            && !state.asked.contains_key(refund.out_refund_no.as_str())
    });
    asked.map(|(_, asked)| asked.amount_fen).sum::<Fen>()
        + unasked.map(|refund| refund.amount_fen).sum::<Fen>()
}

/// What points and commission count, as the last event says that says it.
pub fn base(house: &House) -> Option<Fen> {
    let said = house.log.iter().rev().find_map(|event| match event.own() {
        Some(GuanxiEvent::Order(OrderEvent::Paid(paid))) => Some(paid.earning_base_fen),
        Some(GuanxiEvent::Order(OrderEvent::RefundSucceeded(refund))) => Some(refund.earning_base_fen),
        Some(GuanxiEvent::Order(OrderEvent::SurplusCaptured(surplus))) => surplus.earning_base_fen,
        _ => None,
    });
    order(house).paid.and(said)
}

pub fn points(house: &House) -> Option<i64> {
    let ledger = house.state::<Member>(MEMBER).ledger;
    ledger
        .orders
        .get(&ORDER.parse().unwrap())
        .map(|order| order.given)
}

pub fn commission(house: &House) -> Option<Fen> {
    let earned = house
        .state::<GuideRelationship>(&format!("{GUIDE}/{MEMBER}"))
        .earned;
    earned
        .orders
        .get(&ORDER.parse().unwrap())
        .map(|earning| earning.given_fen)
}

fn returned(house: &House) -> bool {
    let lists = house.log.iter().filter_map(|event| match event.own() {
        Some(GuanxiEvent::Order(OrderEvent::Paid(paid))) => Some(&paid.coupons_returned),
        Some(GuanxiEvent::Order(OrderEvent::RefundSucceeded(refund))) => Some(&refund.coupons_returned),
        _ => None,
    });
    lists.flatten().next().is_some()
}

/// What holds at any time.
pub fn check(house: &House) -> Result<(), TestCaseError> {
    let state = order(house);
    let (captured, refunded) = (state.captured_fen(), state.refunded_fen());
    prop_assert!(
        Fen::ZERO <= refunded && refunded <= captured,
        "{refunded:?} of {captured:?} went back"
    );
    for (key, payment) in &state.payments {
        prop_assert!(
            promised(&state, key) <= payment.amount_fen,
            "more than {key} is promised"
        );
    }
    if !state.cancelled {
        let beyond = (captured - Fen(payable())).at_least(Fen::ZERO);
        prop_assert_eq!(state.surplus_fen(), beyond);
    }
    check_lines(house, &state)?;
    let base = base(house);
    prop_assert_eq!(
        state.paid.is_some(),
        !state.cancelled && captured >= Fen(payable()) || base.is_some()
    );
    // Without freight; a coupon that was recomputed leaves more to pay of what stays.
    let most = Fen(payable() - 800 + 1_000);
    prop_assert!(
        base.is_none_or(|base| Fen::ZERO <= base && base <= most),
        "{base:?}"
    );
    // 100 points per 10,000 fen: nobody reaches the next tier with one order.
    prop_assert_eq!(
        points(house).unwrap_or(0),
        base.map_or(0, |base| base.floor_at(BasisPoints(100)).0)
    );
    // What earned nothing when it was paid earns nothing when points go back later: there is nothing to restate.
    let target = base.map_or(Fen::ZERO, |base| base.floor_at(RATE));
    prop_assert!(
        commission(house).is_none_or(|given| given == target),
        "{target:?} of commission"
    );
    check_coupon(house, &state)
}

/// The part of a line that goes back by refunds that are not closed.
fn given(state: &OrderState, line_no: u32) -> Fen {
    let holds = |number: &str| {
        let mut answers = state
            .refunds
            .values()
            .filter(|refund| refund.out_refund_no.as_str() == number);
        answers.all(crate::order::Refund::holds)
    };
    let asked = state.asked.iter().filter(|(number, _)| holds(number));
    let lines = asked.flat_map(|(_, asked)| &asked.lines);
    lines
        .filter(|part| part.line_no == line_no)
        .map(|part| part.amount_fen)
        .sum()
}

/// Of no line goes back more than it cost, and what is asked for names what it gives back.
fn check_lines(house: &House, state: &OrderState) -> Result<(), TestCaseError> {
    // A coupon that is recomputed makes a line dearer, up to what it costs without the coupon. Each refund settles what
    // those before it had given; if one that took something back from a line is closed, that line alone may have got
    // more than it cost, but never all lines together more than was to pay.
    let recomputed = house.log.iter().any(|event| match event.own() {
        Some(GuanxiEvent::Order(OrderEvent::RefundRequested(request))) => request
            .ask
            .as_ref()
            .is_some_and(|ask| ask.withheld_fen > Fen::ZERO),
        _ => false,
    });
    let closed = state.refunds.values().any(|refund| !refund.holds());
    let mut asked = state.asked.values().flat_map(|asked| &asked.lines);
    let took_back = asked.any(|line| line.amount_fen < Fen::ZERO);
    let mut all = Fen::ZERO;
    for line in state.placed.iter().flat_map(|placed| &placed.lines) {
        let given = given(state, line.line_no);
        let most = if recomputed {
            line.payable_fen + line.coupon_fen
        } else {
            line.payable_fen
        };
        prop_assert!(
            given <= most || (took_back && closed),
            "{given:?} of line {} goes back",
            line.line_no
        );
        all += given;
    }
    prop_assert!(all <= Fen(payable()), "{all:?} of all lines goes back");
    for asked in state
        .asked
        .values()
        .filter(|asked| asked.reason == RefundReason::Requested)
    {
        let lines: Fen = asked.lines.iter().map(|line| line.amount_fen).sum();
        prop_assert_eq!(lines, asked.amount_fen);
        prop_assert!(asked.amount_fen > Fen::ZERO);
    }
    Ok(())
}

fn check_coupon(house: &House, state: &OrderState) -> Result<(), TestCaseError> {
    let order_id = ORDER.parse().unwrap();
    let expected = match (state.paid.is_some(), returned(house), state.cancelled) {
        (true, true, _) | (false, _, true) => CouponStatus::Free,
        (true, false, _) => CouponStatus::Redeemed {
            order_id: Some(order_id),
        },
        (false, _, false) => CouponStatus::Reserved { order_id },
    };
    prop_assert_eq!(house.state::<Coupon>(COUPON).status, expected);
    Ok(())
}
