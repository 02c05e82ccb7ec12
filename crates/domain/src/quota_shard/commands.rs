//! What may be asked of a shard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign::{CampaignRules, CampaignStatus, ClaimCoupon};

/// Everything that may be asked of a shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum QuotaShardCommand {
    /// Tells it the campaign's rules and standing.
    InformShard(Box<InformShard>),
    /// Gives it coupons to issue.
    ReceiveQuota(ReceiveQuota),
    /// Asks for a coupon.
    ClaimCoupon(ClaimCoupon),
    /// Asks it for coupons that nobody has claimed.
    ReturnQuota(ReturnQuota),
}

/// Tells a shard the campaign's rules and standing. The highest revision holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InformShard {
    /// Counts what the campaign told.
    pub revision: u32,
    /// Whether coupons may be claimed.
    pub status: CampaignStatus,
    /// The rules.
    pub rules: CampaignRules,
}

/// Gives a shard coupons to issue: a sum since its beginning, so that what comes late or twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveQuota {
    /// How many the campaign has leased to it altogether.
    pub leased: u32,
}

/// Asks a shard for coupons that nobody has claimed: it gives up half of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnQuota {}
