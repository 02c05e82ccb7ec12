//! What is asked for when members change their guides in numbers.

use guanxi_kernel::{GuideId, MemberId, StoreId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::guide::HandoverCause;

domain_events! {
    /// What is asked for when members change their guides in numbers.
    pub enum HandoverEvent {
        /// The provider is asked to hand some members over.
        HandoverCalled(HandoverCalled) = "handover.called.v1",
        /// A guide has left, and another takes all her members over.
        GuideResigned(GuideResigned) = "handover.guide_resigned.v1",
    }
}

/// The provider is asked to hand some members over: one call, an instruction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverCalled {
    /// Who serves them.
    pub from_guide_id: GuideId,
    /// Who shall.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    pub to_store_id: Option<StoreId>,
    /// Why.
    pub cause: HandoverCause,
    /// Whom: at most a hundred.
    pub members: Vec<MemberId>,
    /// When, in the world.
    pub requested_at: Timestamp,
}

/// A guide has left, and another takes all her members over: in calls of at most a hundred, which follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuideResigned {
    /// Who has left.
    pub guide_id: GuideId,
    /// Who takes over.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    pub to_store_id: Option<StoreId>,
    /// When, in the world.
    pub resigned_at: Timestamp,
}
