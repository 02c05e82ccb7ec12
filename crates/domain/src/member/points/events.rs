//! What happens to a member's points.
//!
//! Each event names the lots that it touched and the balance after it, so that no reader needs another event. A balance
//! and a lot after an event are those before it plus what the event says: folding needs no rule.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen, MemberId, OrderId, TimeZoneId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lot::{Balance, DebtChange, LotChange};
use crate::ids::TierCode;

/// What an order was judged by when it earned points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EarningBasis {
    /// Which order.
    pub order_id: OrderId,
    /// Goods paid less refunds, without freight and without the part paid in points, after this event.
    pub base_fen: Fen,
    /// Points per 10,000 fen, frozen when the order first earned.
    pub rate: BasisPoints,
    /// The member's tier that the rate was taken from.
    pub tier: Option<TierCode>,
    /// The day of the purchase.
    pub paid_on: BusinessDate,
    /// Version of the loyalty programme.
    pub programme_version: u32,
    /// The member whom the order names, where that one was merged into this.
    pub for_member: Option<MemberId>,
}

/// An order earned points that wait for its return window to end. 0 points: the order counts for the tier all the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsPended {
    /// By what.
    pub basis: EarningBasis,
    /// How many.
    pub points: i64,
    /// The new lot; none for 0 points.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
    /// Of the store.
    pub time_zone: TimeZoneId,
}

/// An order earned points that can be spent at once. 0 points: the order counts for the tier all the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsEarned {
    /// By what.
    pub basis: EarningBasis,
    /// How many.
    pub points: i64,
    /// The new lot; none for 0 points.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
    /// Of the store.
    pub time_zone: TimeZoneId,
}

/// The return window ended: points that waited can be spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsActivated {
    /// How many.
    pub points: i64,
    /// The lots that waited, each with all its points, which stay as they are.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day that begins.
    pub business_date: BusinessDate,
    /// By whose midnight.
    pub time_zone: TimeZoneId,
}

/// Points that became usable paid what the member owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsDebtRepaid {
    /// How many.
    pub points: i64,
    /// From which lots.
    pub lots: Vec<LotChange>,
    /// Which debts, oldest first.
    pub debts: Vec<DebtChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
}

/// The member spent points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsSpent {
    /// Name of the spending, unique for the member.
    pub spend_id: String,
    /// For which order, if for one.
    pub order_id: Option<OrderId>,
    /// How many.
    pub points: i64,
    /// From which lots, earliest end first.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
}

/// A spending was called off: its points are back in the lots they came from, which end when they always did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsRestored {
    /// Which spending.
    pub spend_id: String,
    /// How many.
    pub points: i64,
    /// To which lots.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
    /// By whose midnight the lots end.
    pub time_zone: TimeZoneId,
}

/// A refund took points back: first waiting ones of its order, then other ones of its order, then of other lots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsClawedBack {
    /// By what; the base is that after the refund.
    pub basis: EarningBasis,
    /// How many could be taken.
    pub points: i64,
    /// From which lots.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
}

/// What a refund had to take back was not there: the member owes it to the next earnings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsDebtIncurred {
    /// Of which order.
    pub order_id: OrderId,
    /// How many.
    pub points: i64,
    /// The debt.
    pub debts: Vec<DebtChange>,
    /// After this event.
    pub balance: Balance,
    /// The day, as the store counts it.
    pub business_date: BusinessDate,
}

/// Why points ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpiryReason {
    /// Their last day was over.
    Expired,
    /// The person was forgotten.
    Erased,
}

/// Points ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsExpired {
    /// Why.
    pub reason: ExpiryReason,
    /// How many.
    pub points: i64,
    /// Which lots.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day that begins.
    pub business_date: BusinessDate,
}

/// Which way points went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the other member.
    Out,
    /// From the other member.
    In,
}

/// Points went from one member to another, who gave or got them as a gift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsTransferred {
    /// Name of the transfer, unique for both.
    pub transfer_id: String,
    /// Which way.
    pub direction: Direction,
    /// The other.
    pub other: MemberId,
    /// How many.
    pub points: i64,
    /// From or to which lots; they end when they always did.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight the lots end.
    pub time_zone: TimeZoneId,
}

/// Points could not be given to this member, who is gone: they go back to the giver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsTransferDeclined {
    /// Which transfer.
    pub transfer_id: String,
    /// To whom they go back.
    pub from: MemberId,
    /// How many.
    pub points: i64,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight the giver's lots end.
    pub time_zone: TimeZoneId,
}

/// Somebody put the points right by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PointsAdjusted {
    /// Name of the correction, unique for the member.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// How many; negative: taken away.
    pub points: i64,
    /// The new lot, or the lots taken from.
    pub lots: Vec<LotChange>,
    /// After this event.
    pub balance: Balance,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight a new lot ends.
    pub time_zone: TimeZoneId,
}
