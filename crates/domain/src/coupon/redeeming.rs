//! A coupon is used up: the money has come, so the price stands. The only question is whose the coupon is.

use guanxi_kernel::OrderId;

use super::commands::{CouponCommand, RedeemCoupon};
use super::decide::{Decision, Held};
use super::events::{CouponEvent, CouponIssued, CouponRedeemed, RedemptionAwaited, RedemptionMissed};
use super::refusal::CouponRefusal;
use super::state::{CouponState, CouponStatus};

pub(super) fn decide(held: &Held<'_>, redeem: &RedeemCoupon) -> Decision {
    let state = held.state;
    if let Some(order_id) = redeem.order_id.as_ref() {
        if state.status.order() == Some(order_id) {
            let pending = matches!(state.status, CouponStatus::Reserved { .. });
            return Ok(if pending {
                vec![redeemed(held, redeem)]
            } else {
                Vec::new()
            });
        }
        if state.missed_by.contains(order_id) || state.returned_by.contains(order_id) {
            return Ok(Vec::new());
        }
        let free = state.status == CouponStatus::Free;
        let lost = state.lost_by.contains(order_id);
        if lost || (redeem.campaign_id.is_some() && !free) {
            let mut events = vec![missed(held, redeem, order_id)];
            events.extend(free.then(|| redeemed(held, redeem)));
            return Ok(events);
        }
    }
    held.free()?;
    Ok(vec![redeemed(held, redeem)])
}

/// What may be said of a coupon before it was issued: that an order has used it. Claims and payments come in any order.
pub(super) fn before_issue(state: &CouponState, command: &CouponCommand) -> Decision {
    let CouponCommand::RedeemCoupon(redeem) = command else {
        return Err(CouponRefusal::Unknown);
    };
    let (Some(order_id), Some(campaign_id)) = (&redeem.order_id, &redeem.campaign_id) else {
        return Err(CouponRefusal::Unknown);
    };
    if state.awaited.iter().any(|awaited| awaited.order_id == *order_id) {
        return Ok(Vec::new());
    }
    Ok(vec![
        RedemptionAwaited {
            order_id: order_id.clone(),
            campaign_id: campaign_id.clone(),
            discount_fen: redeem.discount_fen,
            redeemed_at: redeem.redeemed_at,
            business_date: redeem.business_date,
            store_id: redeem.store_id.clone(),
            channel: redeem.channel.clone(),
        }
        .into(),
    ])
}

/// What follows the issue: the first redemption that came before it wins, the others were missed.
pub(super) fn awaited(state: &CouponState, issued: &CouponIssued) -> Vec<CouponEvent> {
    let winner = state.awaited.first().map(|first| &first.order_id);
    let mut events = Vec::with_capacity(state.awaited.len());
    for awaited in &state.awaited {
        events.push(if winner == Some(&awaited.order_id) {
            of_awaited(issued, awaited).into()
        } else {
            RedemptionMissed {
                order_id: awaited.order_id.clone(),
                campaign_id: issued.campaign_id.clone(),
                discount_fen: awaited.discount_fen,
                held_by: winner.cloned(),
                missed_at: awaited.redeemed_at,
            }
            .into()
        });
    }
    events
}

fn of_awaited(issued: &CouponIssued, awaited: &RedemptionAwaited) -> CouponRedeemed {
    CouponRedeemed {
        order_id: Some(awaited.order_id.clone()),
        campaign_id: issued.campaign_id.clone(),
        member_id: issued.member_id.clone(),
        funder: issued.terms.funder,
        discount_fen: awaited.discount_fen,
        redeemed_at: awaited.redeemed_at,
        business_date: awaited.business_date,
        store_id: awaited.store_id.clone(),
        channel: awaited.channel.clone(),
    }
}

fn redeemed(held: &Held<'_>, redeem: &RedeemCoupon) -> CouponEvent {
    CouponRedeemed {
        order_id: redeem.order_id.clone(),
        campaign_id: held.issued.campaign_id.clone(),
        member_id: held.holder.clone(),
        funder: held.issued.terms.funder,
        discount_fen: redeem.discount_fen,
        redeemed_at: redeem.redeemed_at,
        business_date: redeem.business_date,
        store_id: redeem.store_id.clone(),
        channel: redeem.channel.clone(),
    }
    .into()
}

fn missed(held: &Held<'_>, redeem: &RedeemCoupon, order_id: &OrderId) -> CouponEvent {
    RedemptionMissed {
        order_id: order_id.clone(),
        campaign_id: held.issued.campaign_id.clone(),
        discount_fen: redeem.discount_fen,
        held_by: held.state.status.order().cloned(),
        missed_at: redeem.redeemed_at,
    }
    .into()
}
