//! What a shard answers, told as given / when / then; and what holds of a campaign and its shards together.

mod laws;

use std::num::{NonZeroU16, NonZeroU32};

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{Fen, TimeZoneId, Timestamp};

use super::*;
use crate::campaign::{CampaignRules, CampaignStatus, Caps, ClaimCoupon, CouponValidity};
use crate::coupon::{CouponKind, CouponTerms, Funder, GoodsScope};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rules() -> CampaignRules {
    CampaignRules {
        name: "20 off 100".to_owned(),
        terms: CouponTerms {
            kind: CouponKind::Normal { off_fen: Fen(2_000) },
            goods: GoodsScope::All,
            threshold_fen: Fen(10_000),
            funder: Funder::Us,
        },
        validity: CouponValidity::AfterClaim {
            wait_days: 0,
            days: 7,
        },
        caps: Caps {
            total: NonZeroU32::new(10),
            per_member: NonZeroU32::new(1),
            ..Caps::default()
        },
        channels: Vec::new(),
        claims_from: at("2026-03-01T00:00:00+08:00"),
        claims_until: None,
        time_zone: TimeZoneId::shanghai(),
        shards: NonZeroU16::new(2),
    }
}

fn inform(revision: u32, status: CampaignStatus) -> QuotaShardCommand {
    let rules = rules();
    QuotaShardCommand::InformShard(Box::new(InformShard {
        revision,
        status,
        rules,
    }))
}

fn receive(leased: u32) -> QuotaShardCommand {
    QuotaShardCommand::ReceiveQuota(ReceiveQuota { leased })
}

fn give_back() -> QuotaShardCommand {
    QuotaShardCommand::ReturnQuota(ReturnQuota {})
}

fn claim(coupon: &str, member: &str) -> QuotaShardCommand {
    QuotaShardCommand::ClaimCoupon(ClaimCoupon {
        campaign_id: "c-1".parse().unwrap(),
        coupon_id: coupon.parse().unwrap(),
        member_id: member.parse().unwrap(),
        person_id: None,
        channel: None,
        claimed_at: at("2026-03-02T10:00:00+08:00"),
    })
}

fn shard(received: u32) -> Scenario<QuotaShard> {
    Scenario::<QuotaShard>::given([])
        .when(&inform(1, CampaignStatus::Active))
        .accepted()
        .when(&receive(received))
        .accepted()
}

#[test]
fn a_shard_gives_what_it_was_leased_and_no_more() {
    shard(1)
        .when(&claim("k-1", "m-1"))
        .accepted()
        .when(&claim("k-2", "m-2"))
        .refused("campaign.shard_dry");
    shard(1)
        .when(&claim("k-1", "m-1"))
        .accepted()
        .when(&receive(2))
        .then([QuotaReceived {
            amount: 1,
            received: 2,
        }
        .into()])
        .when(&claim("k-2", "m-2"))
        .accepted();
}

#[test]
fn a_lease_that_comes_late_or_twice_changes_nothing() {
    shard(5).when(&receive(5)).nothing().when(&receive(3)).nothing();
}

#[test]
fn a_member_who_has_had_all_is_told_so_even_by_a_dry_shard() {
    shard(1)
        .when(&claim("k-1", "m-1"))
        .accepted()
        .when(&claim("k-2", "m-1"))
        .refused("campaign.member_cap_reached");
}

#[test]
fn a_shard_gives_back_half_of_what_nobody_has_claimed() {
    let given = |amount, returned| {
        QuotaGivenBack {
            amount,
            returned,
            issued: 1,
        }
        .into()
    };
    shard(6)
        .when(&claim("k-1", "m-1"))
        .accepted()
        .when(&give_back())
        .then([given(3, 3)])
        .when(&give_back())
        .then([given(1, 4)])
        .when(&give_back())
        .then([given(1, 5)])
        .when(&give_back())
        .nothing();
}

#[test]
fn the_latest_word_of_the_campaign_holds() {
    shard(5)
        .when(&inform(3, CampaignStatus::Paused))
        .accepted()
        .when(&inform(2, CampaignStatus::Active))
        .nothing()
        .when(&claim("k-1", "m-1"))
        .refused("campaign.not_active");
    shard(5)
        .when(&inform(3, CampaignStatus::Ended))
        .accepted()
        .when(&claim("k-1", "m-1"))
        .refused("campaign.ended");
}

#[test]
fn a_shard_that_was_told_nothing_gives_nothing() {
    Scenario::<QuotaShard>::given([])
        .when(&claim("k-1", "m-1"))
        .refused("campaign.shard_uninformed");
}
