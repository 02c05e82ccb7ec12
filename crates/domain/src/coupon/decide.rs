//! The rules of a coupon.

use guanxi_kernel::{Decider, MemberId};

use super::commands::{CouponCommand, IssueCoupon, ReleaseCoupon, ReserveCoupon, ReturnCoupon};
use super::events::{CouponEvent, CouponIssued, CouponReserved, CouponReturned, ReservationReleased};
use super::refusal::CouponRefusal;
use super::state::{CouponState, CouponStatus};
use super::terms::Validity;
use super::{ending, redeeming};

/// A coupon in somebody's hand.
#[derive(Debug)]
pub struct Coupon;

pub(super) type Decision = Result<Vec<CouponEvent>, CouponRefusal>;

/// A coupon that was issued, and who holds it now.
pub(super) struct Held<'a> {
    pub(super) state: &'a CouponState,
    pub(super) issued: &'a CouponIssued,
    pub(super) holder: &'a MemberId,
}

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
        let Some(issued) = state.issued.as_ref() else {
            return redeeming::before_issue(state, command);
        };
        let held = Held {
            state,
            issued,
            holder: state.holder.as_ref().unwrap_or(&issued.member_id),
        };
        match command {
            CouponCommand::IssueCoupon(_) => Ok(Vec::new()),
            CouponCommand::ReserveCoupon(reserve) => decide_reserve(&held, reserve),
            CouponCommand::ReleaseCoupon(release) => decide_release(&held, release),
            CouponCommand::RedeemCoupon(redeem) => redeeming::decide(&held, redeem),
            CouponCommand::ReturnCoupon(returning) => decide_return(&held, returning),
            CouponCommand::RevokeCoupon(revoke) => ending::revoke(&held, revoke),
            CouponCommand::ExpireCoupon(expire) => Ok(ending::expire(&held, expire)),
            CouponCommand::TransferCoupon(transfer) => ending::transfer(&held, transfer),
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
        time_zone: issue.time_zone.clone(),
    };
    match &state.issued {
        None => {
            let mut events = redeeming::awaited(state, &issued);
            events.insert(0, issued.into());
            Ok(events)
        }
        Some(before) if *before == issued => Ok(Vec::new()),
        Some(_) => Err(CouponRefusal::AlreadyIssued),
    }
}

fn decide_reserve(held: &Held<'_>, reserve: &ReserveCoupon) -> Decision {
    if reserve.member_id != *held.holder {
        return Err(CouponRefusal::NotHolder);
    }
    // The order has it already: neither a retry nor the end of the validity takes it away.
    if held.state.status.order() == Some(&reserve.order_id) {
        return Ok(Vec::new());
    }
    held.free()?;
    held.valid(reserve.reserved_at)?;
    Ok(vec![
        CouponReserved {
            order_id: reserve.order_id.clone(),
            reserved_at: reserve.reserved_at,
        }
        .into(),
    ])
}

fn decide_release(held: &Held<'_>, release: &ReleaseCoupon) -> Decision {
    match &held.state.status {
        CouponStatus::Reserved { order_id } if *order_id == release.order_id => Ok(vec![
            ReservationReleased {
                order_id: order_id.clone(),
                reason: release.reason,
                valid_until: held.issued.validity.until,
            }
            .into(),
        ]),
        CouponStatus::Redeemed {
            order_id: Some(order_id),
        } if *order_id == release.order_id => Err(CouponRefusal::AlreadyRedeemed(Some(order_id.clone()))),
        _ => Ok(Vec::new()),
    }
}

fn decide_return(held: &Held<'_>, returning: &ReturnCoupon) -> Decision {
    match &held.state.status {
        CouponStatus::Redeemed {
            order_id: Some(order_id),
        } if *order_id == returning.order_id => {}
        _ if held.state.returned_by.contains(&returning.order_id) => return Ok(Vec::new()),
        _ => return Err(CouponRefusal::NotRedeemed(returning.order_id.clone())),
    }
    let returned = CouponReturned {
        order_id: returning.order_id.clone(),
        campaign_id: held.issued.campaign_id.clone(),
        member_id: held.holder.clone(),
        returned_at: returning.returned_at,
        business_date: returning.business_date,
        store_id: returning.store_id.clone(),
        channel: returning.channel.clone(),
        valid_until: held.issued.validity.until,
    };
    let mut events = vec![returned.into()];
    // It came back too late to be used again; both facts are recorded.
    if held.issued.validity.judge(returning.returned_at) == Validity::Over {
        events.push(held.expired());
    }
    Ok(events)
}
