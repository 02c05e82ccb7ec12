//! What happens to a campaign.

use std::num::NonZeroU16;

use guanxi_kernel::{BusinessDate, Channel, MemberId, TimeZoneId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::{CampaignRules, CampaignStatus};
use super::terms::{Caps, CouponValidity};
use crate::coupon::{CouponTerms, ValidityWindow};
use crate::ids::{CampaignId, CouponId, PersonId};

domain_events! {
    /// What happens to a campaign.
    pub enum CampaignEvent {
        /// A campaign was set up; no coupons can be claimed yet.
        CampaignCreated(CampaignCreated) = "campaign.created.v1",
        /// Coupons can be claimed from now on.
        CampaignActivated(CampaignActivated) = "campaign.activated.v1",
        /// No coupons can be claimed until it is activated again.
        CampaignPaused(CampaignPaused) = "campaign.paused.v1",
        /// No coupons can be claimed any more.
        CampaignEnded(CampaignEnded) = "campaign.ended.v1",
        /// It gives more coupons, or fewer.
        BudgetAmended(BudgetAmended) = "campaign.budget_amended.v1",
        /// The last coupon has been claimed.
        CampaignSoldOut(CampaignSoldOut) = "campaign.sold_out.v1",
        /// A member has claimed a coupon; the coupon's own stream begins after this.
        CouponClaimed(CouponClaimed) = "campaign.coupon_claimed.v1",
        /// Its shards must know its rules and standing anew.
        ShardsInformed(ShardsInformed) = "campaign.shards_informed.v1",
        /// A shard may issue more coupons.
        QuotaLeased(QuotaLeased) = "campaign.quota_leased.v1",
        /// A shard gave coupons back, or told how many were claimed of it.
        QuotaReturned(QuotaReturned) = "campaign.quota_returned.v1",
    }
}

/// A campaign was set up; no coupons can be claimed yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignCreated {
    /// For people.
    pub name: String,
    /// What each coupon is worth.
    pub terms: CouponTerms,
    /// When each coupon is valid.
    pub validity: CouponValidity,
    /// How many coupons, altogether and to whom.
    pub caps: Caps,
    /// Channels through which it may be claimed; empty for all.
    pub channels: Vec<Channel>,
    /// First instant at which coupons may be claimed.
    pub claims_from: Timestamp,
    /// First instant after which none may be; `null` for open end.
    pub claims_until: Option<Timestamp>,
    /// The zone whose midnight divides the days of the cap per day and of relative validity.
    pub time_zone: TimeZoneId,
    /// Into how many shards its claims are divided; `null` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<NonZeroU16>,
}

/// Coupons can be claimed from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignActivated {}

/// No coupons can be claimed until it is activated again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignPaused {
    /// Why.
    pub reason: String,
}

/// No coupons can be claimed any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignEnded {
    /// Why.
    pub reason: String,
}

/// The campaign gives more coupons from now on, or fewer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetAmended {
    /// The caps until now.
    pub before: Caps,
    /// The caps from now on.
    pub caps: Caps,
    /// When, in the world.
    pub amended_at: Timestamp,
}

/// The last coupon has been claimed. It follows that claim, or the amendment that left no more, in the same decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignSoldOut {
    /// How many were claimed: the campaign's cap.
    pub claimed: u32,
}

/// A member has claimed a coupon, with the terms that it keeps from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponClaimed {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The coupon that is to be issued.
    pub coupon_id: CouponId,
    /// For whom.
    pub member_id: MemberId,
    /// The natural person behind the member, where known.
    pub person_id: Option<PersonId>,
    /// What the coupon is worth, frozen.
    pub terms: CouponTerms,
    /// When it is valid, frozen.
    pub validity: ValidityWindow,
    /// Through which channel it was claimed.
    pub channel: Option<Channel>,
    /// When, in the world.
    pub claimed_at: Timestamp,
    /// The day to which the campaign counts it.
    pub claimed_on: BusinessDate,
    /// The campaign's zone, by whose calendar the coupon expires.
    pub time_zone: TimeZoneId,
}

/// The shards must know the campaign's rules and standing anew. It follows what changed them, in the same decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShardsInformed {
    /// How many shards there are.
    pub shards: NonZeroU16,
    /// Counts these events; a shard obeys the highest.
    pub revision: u32,
    /// Whether coupons may be claimed.
    pub status: CampaignStatus,
    /// The rules.
    pub rules: CampaignRules,
}

/// A shard may issue more coupons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaLeased {
    /// Which one, from 0.
    pub shard: u16,
    /// How many more.
    pub amount: u32,
    /// How many it was leased altogether, these included.
    pub leased: u32,
}

/// A shard gave coupons back, or told how many were claimed of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaReturned {
    /// Which one, from 0.
    pub shard: u16,
    /// How many it has given back altogether.
    pub returned: u32,
    /// How many were claimed of it altogether.
    pub issued: u32,
}
