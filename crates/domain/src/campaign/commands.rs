//! What may be asked of a campaign.

use std::num::NonZeroU16;

use guanxi_kernel::{Channel, MemberId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::terms::{Caps, CouponValidity};
use crate::coupon::CouponTerms;
use crate::ids::{CampaignId, CouponId, PersonId};

/// Everything that may be asked of a campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum CampaignCommand {
    /// Sets it up, inactive.
    CreateCampaign(CreateCampaign),
    /// Lets coupons be claimed.
    ActivateCampaign(ActivateCampaign),
    /// Stops claims for a while.
    PauseCampaign(PauseCampaign),
    /// Stops claims for good.
    EndCampaign(EndCampaign),
    /// Changes how many coupons it gives.
    AmendBudget(AmendBudget),
    /// Asks for a coupon.
    ClaimCoupon(ClaimCoupon),
    /// Gives a shard more to issue.
    LeaseQuota(LeaseQuota),
    /// Notes what a shard has returned and issued.
    RecordQuota(RecordQuota),
}

/// Sets up a campaign. It gives no coupons before it is activated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCampaign {
    /// For people, e.g. `Spring 20 off 100`. No personal data.
    pub name: String,
    /// What each coupon is worth; frozen into every coupon when it is claimed.
    pub terms: CouponTerms,
    /// When each coupon is valid.
    pub validity: CouponValidity,
    /// How many coupons, altogether and to whom.
    pub caps: Caps,
    /// Channels through which it may be claimed (`ad`, `nearby`, `payment_page`, `live_room`, `guide`, `check_in`,
    /// `draw` or the chain's own); empty for all.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// First instant at which coupons may be claimed.
    pub claims_from: Timestamp,
    /// First instant after which none may be; `null` for open end.
    pub claims_until: Option<Timestamp>,
    /// The zone whose midnight divides the days of the cap per day and of relative validity.
    pub time_zone: TimeZoneId,
    /// Into how many shards its claims are divided by member, where more ask at once than one stream can answer; at most
    /// 64. Such a campaign needs a total, and counts by member, not by day or person. `null` for one stream.
    #[serde(default)]
    pub shards: Option<NonZeroU16>,
}

/// Lets coupons be claimed, also again after a pause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateCampaign {}

/// Stops claims for a while. Coupons already claimed stay as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseCampaign {
    /// Why, for people. No personal data.
    pub reason: String,
}

/// Stops claims for good. Coupons already claimed stay valid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCampaign {
    /// Why, for people. No personal data.
    pub reason: String,
}

/// Changes how many coupons a campaign gives: compare and set, so that of two people who change it at once one learns
/// of the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendBudget {
    /// The caps as the caller knows them; others are refused as `campaign.budget_changed`.
    pub expected: Caps,
    /// The caps from now on. A cap per day, member or person may be changed or dropped, not added: nobody has counted.
    pub caps: Caps,
    /// When, in the world.
    pub amended_at: Timestamp,
}

/// Asks for one coupon for a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimCoupon {
    /// The campaign that is asked; it is frozen into the coupon.
    pub campaign_id: CampaignId,
    /// Id for the coupon, chosen by the caller; one that exists is refused as `campaign.coupon_taken`.
    pub coupon_id: CouponId,
    /// For whom: the canonical id, aliases resolved.
    pub member_id: MemberId,
    /// The natural person behind the member, where known; needed if the campaign has a cap per person.
    #[serde(default)]
    pub person_id: Option<PersonId>,
    /// Through which channel.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// When, in the world.
    pub claimed_at: Timestamp,
}

/// Gives a shard more coupons to issue: a part of what is free, smaller as that gets less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseQuota {
    /// Which one, from 0.
    pub shard: u16,
}

/// Notes what a shard says of itself: sums since its beginning, so that what comes late or twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordQuota {
    /// Which one, from 0.
    pub shard: u16,
    /// How many of its leased coupons it has given back.
    pub returned: u32,
    /// How many coupons were claimed of it.
    pub issued: u32,
}
