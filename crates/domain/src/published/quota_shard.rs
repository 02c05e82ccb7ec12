//! What outsiders may know of a shard: as of a campaign's own claims, all but the natural person.

use crate::quota_shard::QuotaShardEvent;

pub(super) fn fields(event: &QuotaShardEvent) -> &'static [&'static str] {
    match event {
        QuotaShardEvent::ShardInformed(_) => &["revision", "status", "rules"],
        QuotaShardEvent::QuotaReceived(_) => &["amount", "received"],
        QuotaShardEvent::QuotaGivenBack(_) => &["amount", "returned", "issued"],
        QuotaShardEvent::CouponClaimed(_) => &[
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
