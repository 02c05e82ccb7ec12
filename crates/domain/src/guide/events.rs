//! What happens between a guide and a member.

use guanxi_kernel::{BasisPoints, Fen, GuideId, MemberId, OrderId, StoreId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::UnbindReason;

domain_events! {
    /// What happens between a guide and a member.
    pub enum GuideEvent {
        /// The guide serves the member from now on.
        Bound(Bound) = "guide_relationship.bound.v1",
        /// The guide serves the member no more.
        Unbound(Unbound) = "guide_relationship.unbound.v1",
        /// The guide has earned something by an order.
        CommissionAccrued(CommissionAccrued) = "guide_relationship.commission_accrued.v1",
    }
}

/// The guide serves the member from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// The guide.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// At which store the guide works.
    pub store_id: Option<StoreId>,
    /// Whether nobody else may serve the member. Takes the claim on the member.
    pub exclusive: bool,
    /// From when, in the world.
    pub bound_at: Timestamp,
}

/// The guide serves the member no more. Gives the claim back if there was one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unbound {
    /// The member.
    pub member_id: MemberId,
    /// Whether nobody else could serve the member until now.
    pub exclusive: bool,
    /// Why.
    pub reason: UnbindReason,
    /// From when, in the world.
    pub unbound_at: Timestamp,
}

/// The guide has earned something by an order. It stays this guide's whatever happens to the relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionAccrued {
    /// The order.
    pub order_id: OrderId,
    /// The rate frozen into the order, in ten-thousandths.
    pub rate: BasisPoints,
    /// Goods paid for: without freight and without the part paid in points.
    pub base_fen: Fen,
    /// What is added by this event.
    pub commission_fen: Fen,
    /// What the order has earned altogether: ⌊rate × base⌋.
    pub total_fen: Fen,
    /// When the order became paid.
    pub accrued_at: Timestamp,
}
