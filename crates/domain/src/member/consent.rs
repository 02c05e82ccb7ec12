//! What a person agreed to, and to which words.

use guanxi_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What personal data may be used for. Each is agreed to apart (PIPL, articles 14 and 29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Being a member: the terms of membership and the privacy notice.
    Membership,
    /// Messages that advertise.
    Marketing,
    /// Offers computed from behaviour.
    Profiling,
    /// Passing data to partners.
    Sharing,
    /// Passing data abroad.
    CrossBorder,
}

/// A consent, with the words that were agreed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentGrant {
    /// To what.
    pub purpose: Purpose,
    /// Version of the text that the person saw, e.g. `privacy-2026-03`.
    pub document: String,
    /// When the person agreed.
    pub granted_at: Timestamp,
}
