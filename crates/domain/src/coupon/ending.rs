//! How a coupon leaves its holder's hand unused: it is taken away, its time is over, another member gets it.

use guanxi_kernel::Timestamp;

use super::commands::{ExpireCoupon, RevokeCoupon, TransferCoupon, TransferReason};
use super::decide::{Decision, Held};
use super::events::{CouponEvent, CouponExpired, CouponRevoked, CouponTransferred};
use super::refusal::CouponRefusal;
use super::state::CouponStatus;
use super::terms::Validity;

impl Held<'_> {
    /// Whether nobody relies on it and it is not over.
    pub(super) fn free(&self) -> Result<(), CouponRefusal> {
        match &self.state.status {
            CouponStatus::Free => Ok(()),
            CouponStatus::Reserved { order_id } => Err(CouponRefusal::Reserved(order_id.clone())),
            CouponStatus::Redeemed { order_id } => Err(CouponRefusal::AlreadyRedeemed(order_id.clone())),
            CouponStatus::Expired => Err(CouponRefusal::Expired(self.issued.validity.until)),
            CouponStatus::Revoked => Err(CouponRefusal::Revoked),
        }
    }

    /// Whether it may be reserved at this instant.
    pub(super) fn valid(&self, at: Timestamp) -> Result<(), CouponRefusal> {
        match self.issued.validity.judge(at) {
            Validity::NotYet => Err(CouponRefusal::NotYetValid(self.issued.validity.from)),
            Validity::Over => Err(CouponRefusal::Expired(self.issued.validity.until)),
            Validity::Valid => Ok(()),
        }
    }

    /// Its time is over.
    pub(super) fn expired(&self) -> CouponEvent {
        let until = self.issued.validity.until;
        CouponExpired {
            campaign_id: self.issued.campaign_id.clone(),
            member_id: self.holder.clone(),
            expired_at: until,
            business_date: self.issued.time_zone.business_date(until),
        }
        .into()
    }
}

pub(super) fn revoke(held: &Held<'_>, revoke: &RevokeCoupon) -> Decision {
    if held.state.status == CouponStatus::Revoked {
        return Ok(Vec::new());
    }
    held.free()?;
    Ok(vec![
        CouponRevoked {
            campaign_id: held.issued.campaign_id.clone(),
            member_id: held.holder.clone(),
            reason: revoke.reason.clone(),
            revoked_at: revoke.revoked_at,
        }
        .into(),
    ])
}

/// A clock that is early, or a coupon that somebody relies on, changes nothing.
pub(super) fn expire(held: &Held<'_>, expire: &ExpireCoupon) -> Vec<CouponEvent> {
    let over = held.issued.validity.judge(expire.expired_at) == Validity::Over;
    if over && held.state.status == CouponStatus::Free {
        vec![held.expired()]
    } else {
        Vec::new()
    }
}

pub(super) fn transfer(held: &Held<'_>, transfer: &TransferCoupon) -> Decision {
    if *held.holder == transfer.to {
        return Ok(Vec::new());
    }
    if *held.holder != transfer.from {
        return Err(CouponRefusal::NotHolder);
    }
    if transfer.reason == TransferReason::Gift {
        held.free()?;
        if held.issued.validity.judge(transfer.transferred_at) == Validity::Over {
            return Err(CouponRefusal::Expired(held.issued.validity.until));
        }
    }
    Ok(vec![
        CouponTransferred {
            campaign_id: held.issued.campaign_id.clone(),
            from: transfer.from.clone(),
            to: transfer.to.clone(),
            reason: transfer.reason,
            transferred_at: transfer.transferred_at,
        }
        .into(),
    ])
}
