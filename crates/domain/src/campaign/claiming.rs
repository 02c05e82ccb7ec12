//! Who may have a coupon, and what it is then: the same whether the campaign's stream answers or one of its shards.

use super::commands::ClaimCoupon;
use super::events::{CampaignEvent, CouponClaimed};
use super::refusal::CampaignRefusal;
use super::state::{CampaignRules, CampaignStatus, Claimed};
use crate::GuanxiEvent;
use crate::quota_shard::QuotaShardEvent;

/// The coupon that an event promises to a member, whichever stream answered the claim.
#[must_use]
pub fn coupon_claimed(event: &GuanxiEvent) -> Option<&CouponClaimed> {
    match event {
        GuanxiEvent::Campaign(CampaignEvent::CouponClaimed(claimed))
        | GuanxiEvent::QuotaShard(QuotaShardEvent::CouponClaimed(claimed)) => Some(claimed),
        _ => None,
    }
}

/// The coupon of a claim that is granted, with all that is frozen into it.
pub(crate) fn granted(rules: &CampaignRules, claim: &ClaimCoupon) -> CouponClaimed {
    CouponClaimed {
        campaign_id: claim.campaign_id.clone(),
        coupon_id: claim.coupon_id.clone(),
        member_id: claim.member_id.clone(),
        person_id: claim.person_id.clone(),
        terms: rules.terms.clone(),
        validity: rules.validity.window(claim.claimed_at, &rules.time_zone),
        channel: claim.channel.clone(),
        claimed_at: claim.claimed_at,
        claimed_on: rules.time_zone.business_date(claim.claimed_at),
        time_zone: rules.time_zone.clone(),
    }
}

/// Whether this campaign gives coupons to anybody, now and here.
pub(crate) fn check_open(
    status: CampaignStatus,
    rules: &CampaignRules,
    claim: &ClaimCoupon,
) -> Result<(), CampaignRefusal> {
    match status {
        CampaignStatus::Active => {}
        CampaignStatus::Draft | CampaignStatus::Paused => return Err(CampaignRefusal::NotActive),
        CampaignStatus::Ended => return Err(CampaignRefusal::Ended),
    }
    if claim.claimed_at < rules.claims_from {
        return Err(CampaignRefusal::NotStarted(rules.claims_from));
    }
    if rules.claims_until.is_some_and(|until| claim.claimed_at >= until) {
        return Err(CampaignRefusal::Ended);
    }
    let allowed = rules.channels.is_empty()
        || claim
            .channel
            .as_ref()
            .is_some_and(|it| rules.channels.contains(it));
    if !allowed {
        return Err(CampaignRefusal::ChannelNotAllowed(claim.channel.clone()));
    }
    Ok(())
}

/// Whether this member may have one more, on this day; the campaign's total aside.
pub(crate) fn check_caps(
    claimed: &Claimed,
    rules: &CampaignRules,
    claim: &ClaimCoupon,
) -> Result<(), CampaignRefusal> {
    let caps = &rules.caps;
    if let Some(cap) = caps.per_day {
        let day = rules.time_zone.business_date(claim.claimed_at);
        if claimed.by_day.get(&day).is_some_and(|count| *count >= cap.get()) {
            return Err(CampaignRefusal::DayCapReached(day));
        }
    }
    if let Some(cap) = caps.per_member
        && claimed
            .by_member
            .get(&claim.member_id)
            .is_some_and(|count| *count >= cap.get())
    {
        return Err(CampaignRefusal::MemberCapReached(cap.get()));
    }
    if let Some(cap) = caps.per_person {
        let person = claim.person_id.as_ref().ok_or(CampaignRefusal::PersonRequired)?;
        if claimed
            .by_person
            .get(person)
            .is_some_and(|count| *count >= cap.get())
        {
            return Err(CampaignRefusal::PersonCapReached(cap.get()));
        }
    }
    Ok(())
}
