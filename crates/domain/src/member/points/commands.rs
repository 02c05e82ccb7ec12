//! What may be asked of a member's points. Which day it is and what the programme says ride in the command.

use std::sync::Arc;

use guanxi_kernel::{BusinessDate, Fen, MemberId, OrderId, TimeZoneId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lot::LotChange;
use crate::loyalty::Programme;

/// Gives what an order earns, as far as it has not given it yet, and judges the tier. A walk-in earns nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EarnPoints {
    /// Which order.
    pub order_id: OrderId,
    /// Goods paid less refunds so far, without freight and without the part paid in points.
    pub base_fen: Fen,
    /// Day of the purchase at its store.
    pub paid_on: BusinessDate,
    /// Of the store.
    pub time_zone: TimeZoneId,
    /// The member whom the order names, if not this one.
    #[serde(default)]
    pub for_member: Option<MemberId>,
    /// The rules.
    pub programme: Arc<Programme>,
}

/// Takes back what an order no longer earns after a refund, and judges the tier. Never refused: what is not there
/// becomes a debt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClawBackPoints {
    /// Which order.
    pub order_id: OrderId,
    /// Goods paid less refunds, this one included.
    pub base_fen: Fen,
    /// Day of the refund at its store.
    pub refunded_on: BusinessDate,
    /// Of the store.
    pub time_zone: TimeZoneId,
    /// The member whom the order names, if not this one.
    #[serde(default)]
    pub for_member: Option<MemberId>,
    /// The rules.
    pub programme: Arc<Programme>,
}

/// Spends points, from the lots that end first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpendPoints {
    /// Your name for the spending, unique for the member, e.g. the order's id.
    pub spend_id: String,
    /// For which order, if for one: when it is cancelled, the points come back by themselves.
    #[serde(default)]
    pub order_id: Option<OrderId>,
    /// How many.
    pub points: i64,
    /// The day at the store.
    pub spent_on: BusinessDate,
}

/// Calls a spending off: its points go back to the lots they came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestorePoints {
    /// Which spending; `null`: all for the order.
    #[serde(default)]
    pub spend_id: Option<String>,
    /// All spendings for this order, where no name is given.
    #[serde(default)]
    pub order_id: Option<OrderId>,
    /// How many; `null`: all that are not back yet.
    #[serde(default)]
    pub points: Option<i64>,
    /// The day at the store.
    pub restored_on: BusinessDate,
    /// Of the store.
    pub time_zone: TimeZoneId,
}

/// Puts points right by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustPoints {
    /// Your name for the correction, unique for the member.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// How many; negative: taken away, from the lots that end first.
    pub points: i64,
    /// Last day of points that are given; `null`: they never end.
    #[serde(default)]
    pub expires_on: Option<BusinessDate>,
    /// The day.
    pub adjusted_on: BusinessDate,
    /// By whose midnight they end.
    pub time_zone: TimeZoneId,
}

/// Gives points to another member. They keep the ends that they have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferPoints {
    /// Your name for the transfer, unique over all members.
    pub transfer_id: String,
    /// To whom.
    pub to: MemberId,
    /// How many.
    pub points: i64,
    /// The day.
    pub transferred_on: BusinessDate,
    /// By whose midnight they end.
    pub time_zone: TimeZoneId,
}

/// Takes in points that another member gave; sent by the policy that carries transfers out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivePoints {
    /// Which transfer.
    pub transfer_id: String,
    /// From whom.
    pub from: MemberId,
    /// Lots as they were taken from the giver, points positive.
    pub lots: Vec<LotChange>,
    /// The day.
    pub received_on: BusinessDate,
    /// By whose midnight they end.
    pub time_zone: TimeZoneId,
}

/// Makes points usable whose return window has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivatePoints {
    /// The day that begins.
    pub date: BusinessDate,
    /// By whose midnight.
    pub time_zone: TimeZoneId,
}

/// Ends points whose last day is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpirePoints {
    /// The day that begins.
    pub date: BusinessDate,
    /// By whose midnight.
    pub time_zone: TimeZoneId,
}

/// Judges the tier by the programme as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateTier {
    /// The day that begins: tiers whose last day lies before it end.
    pub date: BusinessDate,
    /// By whose midnight.
    pub time_zone: TimeZoneId,
    /// The rules.
    pub programme: Arc<Programme>,
}

/// Does the work of a midnight in its order: activate points, end tiers, expire points, judge the tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginDay {
    /// The day that begins.
    pub date: BusinessDate,
    /// By whose midnight.
    pub time_zone: TimeZoneId,
    /// The rules.
    pub programme: Arc<Programme>,
}
