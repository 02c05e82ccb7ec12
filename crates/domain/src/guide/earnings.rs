//! What an order earns its guide, told as events. It never moves to another guide.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen, GuideId, MemberId, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::SettlementNo;

/// The guide has earned something by an order. It stays this guide's whatever happens to the relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionAccrued {
    /// The guide.
    pub guide_id: GuideId,
    /// Whose order it is; `null` where nobody is known.
    pub member_id: Option<MemberId>,
    /// The order.
    pub order_id: OrderId,
    /// The rate frozen into the order, in ten-thousandths.
    pub rate: BasisPoints,
    /// Goods paid for less refunds: without freight and without the part paid in points.
    pub base_fen: Fen,
    /// What is added by this event.
    pub commission_fen: Fen,
    /// What the order has earned altogether: ⌊rate × base⌋.
    pub total_fen: Fen,
    /// When the order became paid.
    pub accrued_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// Whose sale it is.
    pub store_id: Option<StoreId>,
    /// When the return window ends.
    pub payable_at: Timestamp,
}

/// The return window of an order is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionBecamePayable {
    /// The guide.
    pub guide_id: GuideId,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// The order.
    pub order_id: OrderId,
    /// What becomes payable by this event.
    pub commission_fen: Fen,
    /// When the return window ended.
    pub payable_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}

/// Goods of an order came back, and what they had earned goes back with them: given − ⌊rate × base⌋.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionReversed {
    /// The guide.
    pub guide_id: GuideId,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// The order.
    pub order_id: OrderId,
    /// The rate frozen into the order, in ten-thousandths.
    pub rate: BasisPoints,
    /// Goods paid for less all refunds so far.
    pub base_fen: Fen,
    /// What is taken back by this event.
    pub commission_fen: Fen,
    /// The part of it that had been payable, perhaps paid: carried against what the guide earns next.
    pub carried_fen: Fen,
    /// What the order has earned altogether after it.
    pub total_fen: Fen,
    /// When the refund succeeded.
    pub reversed_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}

/// What was payable has been paid, less what was carried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommissionSettled {
    /// The guide.
    pub guide_id: GuideId,
    /// Whose orders they are.
    pub member_id: Option<MemberId>,
    /// The payroll's number.
    pub settlement_no: SettlementNo,
    /// What was paid; below zero where more was reversed than had become payable.
    pub amount_fen: Fen,
    /// When, in the world.
    pub settled_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}
