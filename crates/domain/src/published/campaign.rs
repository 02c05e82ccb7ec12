//! What outsiders may know of a campaign: all but the natural person behind a claim.

use crate::campaign::CampaignEvent;

pub(super) fn fields(event: &CampaignEvent) -> &'static [&'static str] {
    match event {
        CampaignEvent::CampaignCreated(_) => &[
            "name",
            "terms",
            "validity",
            "caps",
            "channels",
            "claims_from",
            "claims_until",
            "time_zone",
            "shards",
        ],
        CampaignEvent::CampaignActivated(_) => &[],
        CampaignEvent::CampaignPaused(_) | CampaignEvent::CampaignEnded(_) => &["reason"],
        CampaignEvent::BudgetAmended(_) => &["before", "caps", "amended_at"],
        CampaignEvent::CampaignSoldOut(_) => &["claimed"],
        CampaignEvent::ShardsInformed(_) => &["shards", "revision", "status", "rules"],
        CampaignEvent::QuotaLeased(_) => &["shard", "amount", "leased"],
        CampaignEvent::QuotaReturned(_) => &["shard", "returned", "issued"],
        CampaignEvent::CouponClaimed(_) => &[
            "campaign_id",
            "coupon_id",
            "member_id",
            "terms",
            "validity",
            "channel",
            "claimed_at",
            "claimed_on",
            "time_zone",
        ],
    }
}
