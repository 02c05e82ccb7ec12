//! What spans streams: when this has happened, ask for that.
//!
//! Each policy is a pure function of an event and of claim holders that it names beforehand. The names of policies
//! and purposes are parts of command ids: they are chosen once.

mod binding_term;
mod coupon_expiry;
mod coupon_life;
mod guide_handover;
mod loyalty_days;
mod loyalty_orders;
mod member_merge;
mod order_cancelled;
mod order_commission;
mod order_unpaid;
mod parked_payment;
mod quota_shards;

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod loyalty_scenarios;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
pub(crate) mod world;
#[cfg(test)]
mod year;

use std::sync::Arc;

use guanxi_kernel::PolicyList;

use crate::loyalty::Programme;
use crate::{GuanxiCommand, GuanxiEvent};

pub use binding_term::BindingTerm;
pub use coupon_expiry::CouponExpiry;
pub use coupon_life::CouponLife;
pub use guide_handover::GuideHandover;
pub use loyalty_days::LoyaltyDays;
pub use loyalty_orders::LoyaltyOrders;
pub use member_merge::MemberMerge;
pub use order_cancelled::OrderCancelled;
pub use order_commission::OrderCommission;
pub use order_unpaid::OrderUnpaid;
pub use parked_payment::ParkedPayment;
pub use quota_shards::QuotaShards;

/// Every policy. A new one is a file and a line here. The rules that are data ride in the policies.
pub fn register<L>(list: L, programme: &Arc<Programme>) -> L
where
    L: PolicyList<Event = GuanxiEvent, Command = GuanxiCommand>,
{
    list.add(CouponLife)
        .add(CouponExpiry)
        .add(OrderCommission {
            return_window_days: programme.points.return_window_days,
        })
        .add(GuideHandover)
        .add(BindingTerm)
        .add(OrderCancelled)
        .add(OrderUnpaid)
        .add(ParkedPayment)
        .add(QuotaShards)
        .add(LoyaltyOrders {
            programme: Arc::clone(programme),
        })
        .add(LoyaltyDays {
            programme: Arc::clone(programme),
        })
        .add(MemberMerge {
            programme: Arc::clone(programme),
        })
}
