//! A campaign whose claims are answered by shards: it leases them parts of its quota and keeps the account.
//!
//! All that travels between the campaign and a shard are sums that only grow: leased so far, returned so far, issued so
//! far. So a message that comes twice or late changes nothing, one that is lost is made good by the next, and whatever
//! crashes between, no coupon is counted twice: what a shard has received is never above what it was leased, and what
//! the campaign takes for returned is never above what the shard gave up.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

use super::commands::{LeaseQuota, RecordQuota};
use super::events::{CampaignEvent, CampaignSoldOut, QuotaLeased, QuotaReturned, ShardsInformed};
use super::refusal::CampaignRefusal;
use super::state::{CampaignRules, CampaignState, CampaignStatus};

/// The most shards of a campaign: beyond this, asking all of them for the last coupon would cost more than it saves.
pub const MOST_SHARDS: u16 = 64;

/// What lies with the shards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quota {
    /// How often the shards were told the rules.
    pub revision: u32,
    /// By shard.
    pub accounts: BTreeMap<u16, ShardAccount>,
}

/// The campaign's account of one shard: sums since its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardAccount {
    /// Leased to it.
    pub leased: u32,
    /// Of these, back with the campaign.
    pub returned: u32,
    /// Of these, claimed by members, as far as it was reported.
    pub issued: u32,
}

impl Quota {
    /// Coupons that lie with shards, are claimed there, or are on their way.
    #[must_use]
    pub fn out(&self) -> u32 {
        self.accounts
            .values()
            .map(|account| account.leased - account.returned)
            .sum()
    }

    /// Coupons claimed, as far as the shards have reported.
    #[must_use]
    pub fn issued(&self) -> u32 {
        self.accounts.values().map(|account| account.issued).sum()
    }

    pub(super) fn leased(&mut self, leased: &QuotaLeased) {
        self.accounts.entry(leased.shard).or_default().leased = leased.leased;
    }

    pub(super) fn returned(&mut self, returned: &QuotaReturned) {
        let account = self.accounts.entry(returned.shard).or_default();
        (account.returned, account.issued) = (returned.returned, returned.issued);
    }
}

/// Shards make sense only where the total is capped, and count neither by day nor by person.
pub(super) fn check_shards(rules: &CampaignRules) -> Result<(), CampaignRefusal> {
    let Some(shards) = rules.shards else { return Ok(()) };
    let caps = &rules.caps;
    if shards.get() > MOST_SHARDS {
        return Err(CampaignRefusal::InvalidTerms("it has more than 64 shards"));
    }
    if caps.total.is_none() {
        return Err(CampaignRefusal::InvalidTerms(
            "a campaign in shards shares out a total, and it has none",
        ));
    }
    if caps.per_day.is_some() || caps.per_person.is_some() {
        return Err(CampaignRefusal::InvalidTerms(
            "a campaign in shards counts by member, not by day or by person",
        ));
    }
    Ok(())
}

/// What the shards must know from now on.
pub(super) fn inform(
    state: &CampaignState,
    rules: &CampaignRules,
    status: CampaignStatus,
) -> Option<CampaignEvent> {
    let shards = rules.shards?;
    let informed = ShardsInformed {
        shards,
        revision: state.quota.revision + 1,
        status,
        rules: rules.clone(),
    };
    Some(informed.into())
}

/// The first leases of all shards: half of the quota, the rest is kept for those that need more.
pub(super) fn first_leases(state: &CampaignState, rules: &CampaignRules) -> Vec<CampaignEvent> {
    let (Some(shards), Some(total), true) = (rules.shards, rules.caps.total, state.quota.accounts.is_empty())
    else {
        return Vec::new();
    };
    let mut free = total.get();
    let mut events = Vec::new();
    for shard in 0..shards.get() {
        let amount = part_of(total.get(), shards).min(free);
        if amount > 0 {
            free -= amount;
            let leased = QuotaLeased {
                shard,
                amount,
                leased: amount,
            };
            events.push(leased.into());
        }
    }
    events
}

/// The fewer are left, the smaller the parts, so that the last coupons lie where they are asked for.
fn part_of(free: u32, shards: NonZeroU16) -> u32 {
    free.div_ceil(2 * u32::from(shards.get()))
}

pub(super) fn lease(
    state: &CampaignState,
    rules: &CampaignRules,
    lease: &LeaseQuota,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    let (shards, total) = shards_of(rules, lease.shard)?;
    match state.status {
        CampaignStatus::Active => {}
        CampaignStatus::Draft | CampaignStatus::Paused => return Err(CampaignRefusal::NotActive),
        CampaignStatus::Ended => return Err(CampaignRefusal::Ended),
    }
    let free = total.saturating_sub(state.quota.out());
    if free == 0 {
        // Coupons that nobody has claimed yet may lie with a sibling, or be on their way.
        return Err(if state.quota.issued() >= total {
            CampaignRefusal::SoldOut
        } else {
            CampaignRefusal::QuotaLeasedOut
        });
    }
    let amount = part_of(free, shards);
    let before = state
        .quota
        .accounts
        .get(&lease.shard)
        .copied()
        .unwrap_or_default();
    let leased = QuotaLeased {
        shard: lease.shard,
        amount,
        leased: before.leased + amount,
    };
    Ok(vec![leased.into()])
}

pub(super) fn record(
    state: &CampaignState,
    rules: &CampaignRules,
    record: &RecordQuota,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    let (_, total) = shards_of(rules, record.shard)?;
    let before = state
        .quota
        .accounts
        .get(&record.shard)
        .copied()
        .unwrap_or_default();
    let (returned, issued) = (
        before.returned.max(record.returned),
        before.issued.max(record.issued),
    );
    if (returned, issued) == (before.returned, before.issued) {
        return Ok(Vec::new());
    }
    if returned.saturating_add(issued) > before.leased {
        return Err(CampaignRefusal::QuotaMismatch(record.shard));
    }
    let recorded = QuotaReturned {
        shard: record.shard,
        returned,
        issued,
    };
    let mut events = vec![recorded.into()];
    let claimed = state.quota.issued() - before.issued + issued;
    if claimed >= total && state.quota.issued() < total {
        events.push(CampaignSoldOut { claimed }.into());
    }
    Ok(events)
}

fn shards_of(rules: &CampaignRules, shard: u16) -> Result<(NonZeroU16, u32), CampaignRefusal> {
    match (rules.shards, rules.caps.total) {
        (Some(shards), Some(total)) if shard < shards.get() => Ok((shards, total.get())),
        _ => Err(CampaignRefusal::UnknownShard(shard)),
    }
}
