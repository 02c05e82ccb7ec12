//! What a coupon's events add up to.

use std::collections::BTreeSet;

use guanxi_kernel::{MemberId, OrderId};
use serde::{Deserialize, Serialize};

use super::events::{CouponEvent, CouponIssued, RedemptionAwaited};

/// A coupon as of its last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CouponState {
    /// What was issued; nothing before `coupon.issued`.
    pub issued: Option<CouponIssued>,
    /// Who holds it now.
    pub holder: Option<MemberId>,
    /// Where it stands.
    pub status: CouponStatus,
    /// Redemptions that came before the coupon.
    pub awaited: Vec<RedemptionAwaited>,
    /// Orders that held it and lost it, whose price is honoured if their money comes all the same.
    pub lost_by: BTreeSet<OrderId>,
    /// Orders whose missed redemption is on record.
    pub missed_by: BTreeSet<OrderId>,
    /// Orders that used it up and gave it back.
    pub returned_by: BTreeSet<OrderId>,
}

/// Where a coupon stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CouponStatus {
    /// Its holder may use it.
    #[default]
    Free,
    /// Bound to an order.
    Reserved {
        /// Which.
        order_id: OrderId,
    },
    /// Used up.
    Redeemed {
        /// By which order, where known.
        order_id: Option<OrderId>,
    },
    /// Over.
    Expired,
    /// Taken away.
    Revoked,
}

impl CouponStatus {
    /// The order that has it now.
    #[must_use]
    pub fn order(&self) -> Option<&OrderId> {
        match self {
            Self::Reserved { order_id } => Some(order_id),
            Self::Redeemed { order_id } => order_id.as_ref(),
            Self::Free | Self::Expired | Self::Revoked => None,
        }
    }
}

impl CouponState {
    /// Folds one event.
    pub fn apply(&mut self, event: &CouponEvent) {
        match event {
            CouponEvent::CouponIssued(issued) => {
                self.holder = Some(issued.member_id.clone());
                self.issued = Some(issued.clone());
            }
            CouponEvent::CouponReserved(reserved) => {
                self.lost_by.remove(&reserved.order_id);
                self.status = CouponStatus::Reserved {
                    order_id: reserved.order_id.clone(),
                };
            }
            CouponEvent::ReservationReleased(released) => {
                self.lost_by.insert(released.order_id.clone());
                self.status = CouponStatus::Free;
            }
            CouponEvent::RedemptionAwaited(awaited) => self.awaited.push(awaited.clone()),
            CouponEvent::CouponRedeemed(redeemed) => {
                self.awaited
                    .retain(|it| Some(&it.order_id) != redeemed.order_id.as_ref());
                self.status = CouponStatus::Redeemed {
                    order_id: redeemed.order_id.clone(),
                };
            }
            CouponEvent::RedemptionMissed(missed) => {
                self.awaited.retain(|it| it.order_id != missed.order_id);
                self.missed_by.insert(missed.order_id.clone());
            }
            CouponEvent::CouponReturned(returned) => {
                self.returned_by.insert(returned.order_id.clone());
                self.status = CouponStatus::Free;
            }
            CouponEvent::CouponExpired(_) => self.status = CouponStatus::Expired,
            CouponEvent::CouponRevoked(_) => self.status = CouponStatus::Revoked,
            CouponEvent::CouponTransferred(transferred) => self.holder = Some(transferred.to.clone()),
        }
    }
}
