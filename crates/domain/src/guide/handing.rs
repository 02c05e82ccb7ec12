//! The words of a handover.

use guanxi_kernel::{GuideId, Timestamp};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::HandoverId;

/// A requested handover takes effect after this.
pub const EFFECTIVE_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// Transfers on the job are counted over this time.
pub const TRANSFER_WINDOW: SignedDuration = SignedDuration::from_hours(90 * 24);
/// At most so many within it.
pub const MOST_TRANSFERS: usize = 2;

/// Why a member is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoverCause {
    /// The guide still works here. Bound by the limit on transfers.
    OnTheJob,
    /// The guide has left. Not bound by it.
    Resigned,
}

/// From whom a guide took a member over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandedOver {
    /// Who served the member before.
    pub from_guide_id: GuideId,
    /// The call to the provider by which it was done.
    pub handover_id: HandoverId,
    /// When the member was handed over on the job lately, this time included. It goes with the member from guide to
    /// guide, since the limit is on the member and no guide knows the others' pasts.
    pub transfers: Vec<Timestamp>,
}

/// When a handover that is asked for now takes effect.
#[must_use]
pub fn effective_at(requested_at: Timestamp) -> Timestamp {
    requested_at
        .checked_add(EFFECTIVE_AFTER)
        .unwrap_or(Timestamp::MAX)
}

/// Those transfers that still count at an instant.
#[must_use]
pub fn lately(transfers: &[Timestamp], at: Timestamp) -> Vec<Timestamp> {
    let since = at.checked_sub(TRANSFER_WINDOW).unwrap_or(Timestamp::MIN);
    transfers.iter().copied().filter(|it| *it > since).collect()
}
