//! What happens to a shard.

use guanxi_kernel::domain_events;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign::{CampaignRules, CampaignStatus, CouponClaimed};

domain_events! {
    /// What happens to a shard of a campaign.
    pub enum QuotaShardEvent {
        /// It knows the campaign's rules and standing.
        ShardInformed(ShardInformed) = "quota_shard.informed.v1",
        /// It may issue more coupons.
        QuotaReceived(QuotaReceived) = "quota_shard.quota_received.v1",
        /// A member has claimed a coupon; the coupon's own stream begins after this.
        CouponClaimed(CouponClaimed) = "quota_shard.coupon_claimed.v1",
        /// It has given up coupons that nobody had claimed.
        QuotaGivenBack(QuotaGivenBack) = "quota_shard.quota_given_back.v1",
    }
}

/// The shard knows the campaign's rules and standing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShardInformed {
    /// Counts what the campaign told.
    pub revision: u32,
    /// Whether coupons may be claimed.
    pub status: CampaignStatus,
    /// The rules.
    pub rules: CampaignRules,
}

/// The shard may issue more coupons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaReceived {
    /// How many more.
    pub amount: u32,
    /// How many it has received altogether, these included.
    pub received: u32,
}

/// The shard has given up coupons that nobody had claimed; the campaign leases them to others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaGivenBack {
    /// How many.
    pub amount: u32,
    /// How many it has given back altogether, these included.
    pub returned: u32,
    /// How many were claimed of it until now.
    pub issued: u32,
}
