//! What orders earn a guide: targets, of which only the difference to what was given becomes an event.

use guanxi_kernel::{BasisPoints, Fen, GuideId, MemberId};

use super::commands::{AccrueCommission, MakeCommissionPayable, ReverseCommission, SettleCommission};
use super::decide::Decision;
use super::earnings::{CommissionAccrued, CommissionBecamePayable, CommissionReversed, CommissionSettled};
use super::events::GuideEvent;
use super::refusal::GuideRefusal;
use super::state::Earned;

/// What an order shall have earned altogether.
fn target(base_fen: Fen, rate: BasisPoints) -> Fen {
    base_fen.at_least(Fen::ZERO).floor_at(rate)
}

/// What the order shall have earned less what it has earned, so that a replay adds nothing.
pub(super) fn accrue(earned: &Earned, accrue: &AccrueCommission) -> Decision {
    if accrue.rate.0 > 10_000 {
        return Err(GuideRefusal::RateTooHigh(accrue.rate));
    }
    let target = target(accrue.base_fen, accrue.rate);
    let given = earned
        .orders
        .get(&accrue.order_id)
        .map_or(Fen::ZERO, |order| order.given_fen);
    if target < given {
        // A surplus by points leaves less of the goods to money: what is too much goes back like a refund.
        let fallen = ReverseCommission {
            order_id: accrue.order_id.clone(),
            base_fen: accrue.base_fen,
            reversed_at: accrue.accrued_at,
            business_date: accrue.business_date,
        };
        return Ok(reverse(earned, &fallen));
    }
    if target == given {
        return Ok(Vec::new());
    }
    Ok(vec![
        CommissionAccrued {
            guide_id: accrue.guide_id.clone(),
            member_id: accrue.member_id.clone(),
            order_id: accrue.order_id.clone(),
            rate: accrue.rate,
            base_fen: accrue.base_fen,
            commission_fen: target - given,
            total_fen: target,
            accrued_at: accrue.accrued_at,
            business_date: accrue.business_date,
            store_id: accrue.store_id.clone(),
            payable_at: accrue.payable_at,
        }
        .into(),
    ])
}

/// What was given beyond the new target. It is taken first from what is not payable yet; the rest is carried against
/// what the same guide earns next. An order that has earned nothing has nothing to give back.
pub(super) fn reverse(earned: &Earned, reverse: &ReverseCommission) -> Vec<GuideEvent> {
    let (Some(order), Some((guide_id, member_id))) = (earned.orders.get(&reverse.order_id), &earned.by)
    else {
        return Vec::new();
    };
    let target = target(reverse.base_fen, order.rate);
    let back = order.given_fen - target;
    if back == Fen::ZERO {
        return Vec::new();
    }
    if back < Fen::ZERO {
        return vec![given_again(earned, reverse, guide_id, member_id.as_ref())];
    }
    let not_payable_yet = order.given_fen - order.payable_fen;
    vec![
        CommissionReversed {
            guide_id: guide_id.clone(),
            member_id: member_id.clone(),
            order_id: reverse.order_id.clone(),
            rate: order.rate,
            base_fen: reverse.base_fen,
            commission_fen: back,
            carried_fen: (back - not_payable_yet).at_least(Fen::ZERO),
            total_fen: target,
            reversed_at: reverse.reversed_at,
            business_date: reverse.business_date,
        }
        .into(),
    ]
}

/// A refund of points leaves more of the goods to money: what it makes the order earn is given like an accrual.
fn given_again(
    earned: &Earned,
    reverse: &ReverseCommission,
    guide_id: &GuideId,
    member_id: Option<&MemberId>,
) -> GuideEvent {
    let order = earned.orders.get(&reverse.order_id);
    let (rate, given) = order.map_or((BasisPoints(0), Fen::ZERO), |order| (order.rate, order.given_fen));
    let total_fen = target(reverse.base_fen, rate);
    CommissionAccrued {
        guide_id: guide_id.clone(),
        member_id: member_id.cloned(),
        order_id: reverse.order_id.clone(),
        rate,
        base_fen: reverse.base_fen,
        commission_fen: total_fen - given,
        total_fen,
        accrued_at: reverse.reversed_at,
        business_date: reverse.business_date,
        store_id: None,
        payable_at: order.map_or(reverse.reversed_at, |order| order.payable_at),
    }
    .into()
}

pub(super) fn make_payable(earned: &Earned, payable: &MakeCommissionPayable) -> Decision {
    let (Some(order), Some((guide_id, member_id))) = (earned.orders.get(&payable.order_id), &earned.by)
    else {
        return Ok(Vec::new());
    };
    if payable.payable_at < order.payable_at {
        return Err(GuideRefusal::NotYetPayable(order.payable_at));
    }
    let open = order.given_fen - order.payable_fen;
    if open <= Fen::ZERO {
        return Ok(Vec::new());
    }
    Ok(vec![
        CommissionBecamePayable {
            guide_id: guide_id.clone(),
            member_id: member_id.clone(),
            order_id: payable.order_id.clone(),
            commission_fen: open,
            payable_at: payable.payable_at,
            business_date: payable.business_date,
        }
        .into(),
    ])
}

pub(super) fn settle(earned: &Earned, settle: &SettleCommission) -> Decision {
    if earned.settlements.contains(&settle.settlement_no) {
        return Ok(Vec::new());
    }
    let amount_fen = earned.balance_fen();
    let Some((guide_id, member_id)) = earned.by.as_ref().filter(|_| amount_fen != Fen::ZERO) else {
        return Err(GuideRefusal::NothingToSettle);
    };
    Ok(vec![
        CommissionSettled {
            guide_id: guide_id.clone(),
            member_id: member_id.clone(),
            settlement_no: settle.settlement_no.clone(),
            amount_fen,
            settled_at: settle.settled_at,
            business_date: settle.business_date,
        }
        .into(),
    ])
}
