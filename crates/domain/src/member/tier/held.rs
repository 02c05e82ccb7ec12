//! The tier that a member holds above everybody's.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{TierBasis, TierTerm};
use crate::ids::TierCode;

/// A tier above everybody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierHeld {
    /// Which.
    pub tier: TierCode,
    /// Since when without a break.
    pub since: BusinessDate,
    /// Its last day.
    pub until: BusinessDate,
    /// Last day of grace, if it stands in grace.
    pub grace_until: Option<BusinessDate>,
    /// By which purchases it was reached or kept.
    pub basis: TierBasis,
    /// Version of the loyalty programme then.
    pub programme_version: u32,
}

impl TierHeld {
    /// What an event leaves of a tier; nothing if it is everybody's.
    pub(crate) fn after(held: Option<&Self>, term: &TierTerm, date: BusinessDate) -> Option<Self> {
        let since = held.filter(|held| held.tier == term.tier).map(|held| held.since);
        Some(Self {
            tier: term.tier.clone(),
            since: since.unwrap_or(date),
            until: term.until?,
            grace_until: term.grace_until,
            basis: term.basis,
            programme_version: term.programme_version,
        })
    }

    /// The last day on which it counts, grace included.
    #[must_use]
    pub fn last_day(&self) -> BusinessDate {
        self.grace_until.unwrap_or(self.until)
    }
}
