//! The rules of a coupon.

use guanxi_kernel::Decider;

use super::commands::{CouponCommand, IssueCoupon, RedeemCoupon, ReleaseCoupon, ReserveCoupon, ReturnCoupon};
use super::events::{
    CouponEvent, CouponExpired, CouponIssued, CouponRedeemed, CouponReserved, CouponReturned,
    RedemptionMissed, ReservationReleased,
};
use super::refusal::CouponRefusal;
use super::state::{CouponState, CouponStatus};
use super::terms::Validity;

/// A coupon in somebody's hand.
#[derive(Debug)]
pub struct Coupon;

type Decision = Result<Vec<CouponEvent>, CouponRefusal>;

impl Decider for Coupon {
    const TYPE: &'static str = "coupon";
    type State = CouponState;
    type Command = CouponCommand;
    type Event = CouponEvent;
    type Refusal = CouponRefusal;

    fn decide(state: &CouponState, command: &CouponCommand) -> Decision {
        if let CouponCommand::IssueCoupon(issue) = command {
            return decide_issue(state, issue);
        }
        let issued = state.issued.as_ref().ok_or(CouponRefusal::Unknown)?;
        match command {
            CouponCommand::IssueCoupon(_) => Ok(Vec::new()),
            CouponCommand::ReserveCoupon(reserve) => decide_reserve(state, issued, reserve),
            CouponCommand::ReleaseCoupon(release) => decide_release(state, release),
            CouponCommand::RedeemCoupon(redeem) => decide_redeem(state, issued, redeem),
            CouponCommand::ReturnCoupon(returning) => decide_return(state, issued, returning),
        }
    }

    fn evolve(state: &mut CouponState, event: &CouponEvent) {
        state.apply(event);
    }
}

fn decide_issue(state: &CouponState, issue: &IssueCoupon) -> Decision {
    let issued = CouponIssued {
        campaign_id: issue.campaign_id.clone(),
        member_id: issue.member_id.clone(),
        terms: issue.terms.clone(),
        validity: issue.validity,
        channel: issue.channel.clone(),
    };
    match &state.issued {
        None => Ok(vec![issued.into()]),
        Some(before) if *before == issued => Ok(Vec::new()),
        Some(_) => Err(CouponRefusal::AlreadyIssued),
    }
}

fn decide_reserve(state: &CouponState, issued: &CouponIssued, reserve: &ReserveCoupon) -> Decision {
    if reserve.member_id != issued.member_id {
        return Err(CouponRefusal::NotHolder);
    }
    match &state.status {
        // The order has it already: neither a retry nor the end of the validity takes it away.
        held if held.order() == Some(&reserve.order_id) => return Ok(Vec::new()),
        CouponStatus::Free => {}
        CouponStatus::Reserved { order_id } => return Err(CouponRefusal::Reserved(order_id.clone())),
        CouponStatus::Redeemed { order_id } => return Err(CouponRefusal::AlreadyRedeemed(order_id.clone())),
        CouponStatus::Expired => return Err(CouponRefusal::Expired(issued.validity.until)),
    }
    match issued.validity.judge(reserve.reserved_at) {
        Validity::NotYet => Err(CouponRefusal::NotYetValid(issued.validity.from)),
        Validity::Over => Err(CouponRefusal::Expired(issued.validity.until)),
        Validity::Valid => Ok(vec![
            CouponReserved {
                order_id: reserve.order_id.clone(),
                reserved_at: reserve.reserved_at,
            }
            .into(),
        ]),
    }
}

fn decide_release(state: &CouponState, release: &ReleaseCoupon) -> Decision {
    match &state.status {
        CouponStatus::Reserved { order_id } if *order_id == release.order_id => Ok(vec![
            ReservationReleased {
                order_id: order_id.clone(),
                reason: release.reason,
            }
            .into(),
        ]),
        CouponStatus::Redeemed {
            order_id: Some(order_id),
        } if *order_id == release.order_id => Err(CouponRefusal::AlreadyRedeemed(Some(order_id.clone()))),
        _ => Ok(Vec::new()),
    }
}

/// The money has come, so the price stands. The only question is whose the coupon is.
fn decide_redeem(state: &CouponState, issued: &CouponIssued, redeem: &RedeemCoupon) -> Decision {
    let redeemed = CouponEvent::from(CouponRedeemed {
        order_id: redeem.order_id.clone(),
        campaign_id: issued.campaign_id.clone(),
        member_id: issued.member_id.clone(),
        funder: issued.terms.funder,
        discount_fen: redeem.discount_fen,
        redeemed_at: redeem.redeemed_at,
        business_date: redeem.business_date,
        store_id: redeem.store_id.clone(),
        channel: redeem.channel.clone(),
    });
    let order = redeem.order_id.as_ref();
    if let Some(order_id) = order {
        if state.status.order() == Some(order_id) {
            let pending = matches!(state.status, CouponStatus::Reserved { .. });
            return Ok(if pending { vec![redeemed] } else { Vec::new() });
        }
        if state.missed_by.contains(order_id) || state.returned_by.contains(order_id) {
            return Ok(Vec::new());
        }
        if state.lost_by.contains(order_id) {
            let missed = RedemptionMissed {
                order_id: order_id.clone(),
                campaign_id: issued.campaign_id.clone(),
                discount_fen: redeem.discount_fen,
                held_by: state.status.order().cloned(),
                missed_at: redeem.redeemed_at,
            };
            let mut events = vec![missed.into()];
            events.extend((state.status == CouponStatus::Free).then_some(redeemed));
            return Ok(events);
        }
    }
    match &state.status {
        CouponStatus::Free => Ok(vec![redeemed]),
        CouponStatus::Reserved { order_id } => Err(CouponRefusal::Reserved(order_id.clone())),
        CouponStatus::Redeemed { order_id } => Err(CouponRefusal::AlreadyRedeemed(order_id.clone())),
        CouponStatus::Expired => Err(CouponRefusal::Expired(issued.validity.until)),
    }
}

fn decide_return(state: &CouponState, issued: &CouponIssued, returning: &ReturnCoupon) -> Decision {
    match &state.status {
        CouponStatus::Redeemed {
            order_id: Some(order_id),
        } if *order_id == returning.order_id => {}
        _ if state.returned_by.contains(&returning.order_id) => return Ok(Vec::new()),
        _ => return Err(CouponRefusal::NotRedeemed(returning.order_id.clone())),
    }
    let returned = CouponReturned {
        order_id: returning.order_id.clone(),
        campaign_id: issued.campaign_id.clone(),
        member_id: issued.member_id.clone(),
        returned_at: returning.returned_at,
        business_date: returning.business_date,
        store_id: returning.store_id.clone(),
        channel: returning.channel.clone(),
    };
    let mut events = vec![returned.into()];
    // It came back too late to be used again; both facts are recorded.
    if issued.validity.judge(returning.returned_at) == Validity::Over {
        events.push(
            CouponExpired {
                expired_at: issued.validity.until,
            }
            .into(),
        );
    }
    Ok(events)
}
