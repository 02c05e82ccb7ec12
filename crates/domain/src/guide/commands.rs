//! What may be asked of the relationship between a guide and a member.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen, GuideId, MemberId, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::handing::{HandedOver, HandoverCause};
use crate::ids::{HandoverId, SettlementNo};

/// Everything that may be asked of the relationship between a guide and a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum GuideCommand {
    /// The guide serves the member from now on.
    Bind(Bind),
    /// The guide goes on serving the member.
    RenewBinding(RenewBinding),
    /// The time for which they were bound is over.
    ExpireBinding(ExpireBinding),
    /// The guide serves the member no more.
    Unbind(Unbind),
    /// Another guide shall serve the member.
    RequestHandover(RequestHandover),
    /// The other guide does.
    CompleteHandover(CompleteHandover),
    /// The other guide will not.
    RejectHandover(RejectHandover),
    /// The guide has earned something by an order.
    AccrueCommission(AccrueCommission),
    /// Goods came back, and what they had earned goes back too.
    ReverseCommission(ReverseCommission),
    /// The return window of an order is over.
    MakeCommissionPayable(MakeCommissionPayable),
    /// What is payable is paid.
    SettleCommission(SettleCommission),
}

/// The guide serves the member from now on. Binding again changes nothing, and neither does what is older than the last
/// end: notices overtake each other.
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
    /// Until when, unless renewed; `null` for good.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// From whom the guide takes the member over; set by the policy that follows a completed handover.
    #[serde(default)]
    pub handed_over: Option<HandedOver>,
}

/// The guide goes on serving the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewBinding {
    /// Until when from now on; `null` for good.
    pub expires_at: Option<Timestamp>,
    /// When, in the world.
    pub renewed_at: Timestamp,
}

/// The time for which they were bound is over. One that was renewed meanwhile stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpireBinding {
    /// The instant that has come.
    pub expired_at: Timestamp,
}

/// The guide serves the member no more. What was earned stays earned; a handover under way ends. An end that is older
/// than the beginning changes nothing.
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

/// Another guide shall serve the member: asked for, not done. It takes effect after 24 hours, unless the member refuses
/// or the other guide can take nobody more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestHandover {
    /// Who shall serve the member.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    #[serde(default)]
    pub to_store_id: Option<StoreId>,
    /// The call to the provider that it is part of.
    pub handover_id: HandoverId,
    /// Why. On the job a member is handed over at most twice within 90 days.
    pub cause: HandoverCause,
    /// When, in the world.
    pub requested_at: Timestamp,
}

/// The other guide serves the member from now on, as the provider says or as nobody has objected for 24 hours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteHandover {
    /// Which call; another one than the one under way changes nothing. `null` for whichever is under way.
    #[serde(default)]
    pub handover_id: Option<HandoverId>,
    /// From when, in the world: not before it takes effect.
    pub completed_at: Timestamp,
}

/// The handover fails, as the provider says. The guide goes on serving the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectHandover {
    /// Why.
    pub reason: RejectReason,
    /// When, in the world.
    pub rejected_at: Timestamp,
}

/// Why a handover fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The customer refused (`customer_refused`).
    CustomerRefused,
    /// The other guide has as many customers as one may have (`customer_limit_exceed`).
    GuideFull,
}

/// The guide has earned something by a paid order: ⌊rate × base⌋ altogether for the order. Needs no binding, since
/// guide and rate were frozen when the order was placed; the same base again changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccrueCommission {
    /// The guide who was frozen into the order.
    pub guide_id: GuideId,
    /// Whose order it is; `null` where nobody is known.
    #[serde(default)]
    pub member_id: Option<MemberId>,
    /// The order.
    pub order_id: OrderId,
    /// The rate frozen into the order, in ten-thousandths.
    pub rate: BasisPoints,
    /// Goods paid for less refunds: without freight and without the part paid in points.
    pub base_fen: Fen,
    /// When the order became paid.
    pub accrued_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// Whose sale it is.
    #[serde(default)]
    pub store_id: Option<StoreId>,
    /// When the return window ends.
    pub payable_at: Timestamp,
}

/// Goods of an order came back: it shall have earned ⌊rate × base⌋ altogether, and what was given beyond that goes
/// back, from the same guide, whoever serves the member now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReverseCommission {
    /// The order.
    pub order_id: OrderId,
    /// Goods paid for less all refunds so far: without freight and without the part paid in points.
    pub base_fen: Fen,
    /// When the refund succeeded.
    pub reversed_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}

/// The return window of an order is over: what it has earned is payable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeCommissionPayable {
    /// The order.
    pub order_id: OrderId,
    /// The instant that has come.
    pub payable_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}

/// What is payable is paid, less what was reversed after it had been payable. It may come out below zero: then it is
/// taken back from the same guide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleCommission {
    /// The payroll's number; the same number again changes nothing.
    pub settlement_no: SettlementNo,
    /// When, in the world.
    pub settled_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
}
