//! What may be asked of the relationship between a guide and a member.

use guanxi_kernel::{BasisPoints, Fen, GuideId, MemberId, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Everything that may be asked of the relationship between a guide and a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum GuideCommand {
    /// The guide serves the member from now on.
    Bind(Bind),
    /// The guide serves the member no more.
    Unbind(Unbind),
    /// The guide has earned something by an order.
    AccrueCommission(AccrueCommission),
}

/// The guide serves the member from now on. Binding again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// The guide.
    pub guide_id: GuideId,
    /// The member: the canonical id, aliases resolved.
    pub member_id: MemberId,
    /// At which store the guide works.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// Whether nobody else may serve the member; another exclusive guide is refused as `guide.exclusive_taken`.
    pub exclusive: bool,
    /// From when, in the world.
    pub bound_at: Timestamp,
}

/// The guide serves the member no more. What was earned stays earned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unbind {
    /// Why.
    pub reason: UnbindReason,
    /// From when, in the world.
    pub unbound_at: Timestamp,
}

/// Why a guide serves a member no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnbindReason {
    /// The member wanted it.
    Member,
    /// The guide removed the member.
    Guide,
    /// The guide left the company.
    Resigned,
    /// Somebody in charge decided so.
    Manual,
}

/// The guide has earned something by a paid order: ⌊rate × base⌋ altogether for the order. Needs no binding, since
/// guide and rate were frozen when the order was placed; the same base again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccrueCommission {
    /// The order.
    pub order_id: OrderId,
    /// The rate frozen into the order, in ten-thousandths.
    pub rate: BasisPoints,
    /// Goods paid for: without freight and without the part paid in points.
    pub base_fen: Fen,
    /// When the order became paid.
    pub accrued_at: Timestamp,
}
