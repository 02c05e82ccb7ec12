//! What happens to a member's tier. Each event says by which purchases and by which version of the programme.

use guanxi_kernel::{BusinessDate, Fen, OrderId, TimeZoneId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::TierCode;

/// The purchases that a tier was judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierBasis {
    /// First day that counted.
    pub from: BusinessDate,
    /// Last day that counted.
    pub to: BusinessDate,
    /// Goods paid less refunds on these days.
    pub spent_fen: Fen,
    /// What the tier takes.
    pub threshold_fen: Fen,
}

/// Why a tier was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum TierCause {
    /// A purchase.
    Purchase {
        /// Which.
        order_id: OrderId,
    },
    /// A refund.
    Refund {
        /// Of which order.
        order_id: OrderId,
    },
    /// The tier's time was over.
    PeriodEnded,
    /// Its days of grace were over.
    GraceEnded,
    /// Somebody or the midnight asked, e.g. after a change of the programme.
    Evaluated,
    /// Another member was merged into this one.
    Merged,
    /// A merge was taken back.
    Unmerged,
}

/// A tier as it stands after an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierTerm {
    /// The tier before.
    pub before: Option<TierCode>,
    /// The tier now.
    pub tier: TierCode,
    /// Its last day; `null` for everybody's tier, which never ends.
    pub until: Option<BusinessDate>,
    /// Last day of grace, if it stands in grace.
    pub grace_until: Option<BusinessDate>,
    /// By which purchases.
    pub basis: TierBasis,
    /// Version of the loyalty programme.
    pub programme_version: u32,
}

/// The member came to a higher tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierUpgraded {
    /// The tier.
    pub term: TierTerm,
    /// Why.
    pub why: TierCause,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight it ends.
    pub time_zone: TimeZoneId,
}

/// The member earned the tier again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierRetained {
    /// The tier.
    pub term: TierTerm,
    /// Why.
    pub why: TierCause,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight it ends.
    pub time_zone: TimeZoneId,
}

/// The member no longer earns the tier and keeps it for some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierGraceStarted {
    /// The tier.
    pub term: TierTerm,
    /// Why.
    pub why: TierCause,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight the grace ends.
    pub time_zone: TimeZoneId,
}

/// The member came to a lower tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TierDowngraded {
    /// The tier.
    pub term: TierTerm,
    /// Why.
    pub why: TierCause,
    /// The day.
    pub business_date: BusinessDate,
    /// By whose midnight it ends.
    pub time_zone: TimeZoneId,
}
