//! What happens between a guide and a member.

use guanxi_kernel::{GuideId, MemberId, StoreId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::UnbindReason;
use super::earnings::{CommissionAccrued, CommissionBecamePayable, CommissionReversed, CommissionSettled};
use super::handing::{HandedOver, HandoverCause};
use crate::ids::HandoverId;

domain_events! {
    /// What happens between a guide and a member.
    pub enum GuideEvent {
        /// The guide serves the member from now on.
        Bound(Bound) = "guide_relationship.bound.v1",
        /// The guide goes on serving the member.
        BindingRenewed(BindingRenewed) = "guide_relationship.binding_renewed.v1",
        /// The time for which they were bound is over.
        BindingExpired(BindingExpired) = "guide_relationship.binding_expired.v1",
        /// The guide serves the member no more.
        Unbound(Unbound) = "guide_relationship.unbound.v1",
        /// Another guide shall serve the member.
        HandoverRequested(HandoverRequested) = "guide_relationship.handover_requested.v1",
        /// The other guide does.
        HandoverCompleted(HandoverCompleted) = "guide_relationship.handover_completed.v1",
        /// The customer refused the other guide.
        HandoverRejected(HandoverRejected) = "guide_relationship.handover_rejected.v1",
        /// The other guide can take nobody more.
        HandoverCapReached(HandoverCapReached) = "guide_relationship.handover_cap_reached.v1",
        /// The guide has earned something by an order.
        CommissionAccrued(CommissionAccrued) = "guide_relationship.commission_accrued.v1",
        /// What an order has earned is payable.
        CommissionBecamePayable(CommissionBecamePayable) = "guide_relationship.commission_became_payable.v1",
        /// What goods had earned goes back with them.
        CommissionReversed(CommissionReversed) = "guide_relationship.commission_reversed.v1",
        /// What was payable has been paid.
        CommissionSettled(CommissionSettled) = "guide_relationship.commission_settled.v1",
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
    /// Until when, unless renewed; `null` for good.
    pub expires_at: Option<Timestamp>,
    /// From whom the guide took the member over.
    pub handed_over: Option<HandedOver>,
}

/// The guide goes on serving the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BindingRenewed {
    /// The guide.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Until when from now on; `null` for good.
    pub expires_at: Option<Timestamp>,
    /// When, in the world.
    pub renewed_at: Timestamp,
}

/// The time for which they were bound is over. Gives the claim back if there was one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BindingExpired {
    /// The guide.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Whether nobody else could serve the member until now.
    pub exclusive: bool,
    /// When.
    pub expired_at: Timestamp,
    /// The guide of a handover that was under way and ends with the binding.
    pub dropped_guide_id: Option<GuideId>,
}

/// The guide serves the member no more. Gives the claim back if there was one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unbound {
    /// The guide.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Whether nobody else could serve the member until now.
    pub exclusive: bool,
    /// Why.
    pub reason: UnbindReason,
    /// From when, in the world.
    pub unbound_at: Timestamp,
    /// The guide of a handover that was under way and ends with the binding.
    pub dropped_guide_id: Option<GuideId>,
}

/// Another guide shall serve the member. Takes the claim on (that guide, member), by which a provider's notice that
/// names only those two finds this relationship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverRequested {
    /// Who serves the member until then.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Who shall.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    pub to_store_id: Option<StoreId>,
    /// The call to the provider that it is part of.
    pub handover_id: HandoverId,
    /// Why.
    pub cause: HandoverCause,
    /// When, in the world.
    pub requested_at: Timestamp,
    /// When it takes effect unless it fails: 24 hours later.
    pub effective_at: Timestamp,
}

/// The other guide serves the member. What was earned stays with the guide who earned it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverCompleted {
    /// Who served the member until now.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Who does.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    pub to_store_id: Option<StoreId>,
    /// The call to the provider that it was part of.
    pub handover_id: HandoverId,
    /// Why.
    pub cause: HandoverCause,
    /// Whether nobody else could serve the member until now, nor can beside the other guide.
    pub exclusive: bool,
    /// From when, in the world.
    pub completed_at: Timestamp,
    /// When the member was handed over on the job lately, this time included.
    pub transfers: Vec<Timestamp>,
}

/// The customer refused the other guide; the guide goes on serving the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverRejected {
    /// Who serves the member.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Who should have.
    pub to_guide_id: GuideId,
    /// The call to the provider that it was part of.
    pub handover_id: HandoverId,
    /// Why it was asked for.
    pub cause: HandoverCause,
    /// When, in the world.
    pub rejected_at: Timestamp,
}

/// The other guide can take nobody more; the guide goes on serving the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverCapReached {
    /// Who serves the member.
    pub guide_id: GuideId,
    /// The member.
    pub member_id: MemberId,
    /// Who should have.
    pub to_guide_id: GuideId,
    /// The call to the provider that it was part of.
    pub handover_id: HandoverId,
    /// Why it was asked for.
    pub cause: HandoverCause,
    /// When, in the world.
    pub reached_at: Timestamp,
}
