//! What a campaign's events add up to.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use guanxi_kernel::{BusinessDate, Channel, MemberId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{CampaignCreated, CampaignEvent, CouponClaimed};
use super::quota::Quota;
use super::terms::{Caps, CouponValidity};
use crate::coupon::CouponTerms;
use crate::ids::PersonId;

/// A campaign as of its last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CampaignState {
    /// What was set up; nothing before `campaign.created`.
    pub rules: Option<CampaignRules>,
    /// Whether coupons may be claimed.
    pub status: CampaignStatus,
    /// How many coupons were claimed, by whom and when.
    pub claimed: Claimed,
    /// What lies with the shards, if there are any.
    #[serde(default)]
    pub quota: Quota,
}

/// What was set up, once and for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CampaignRules {
    /// For people.
    pub name: String,
    /// What each coupon is worth.
    pub terms: CouponTerms,
    /// When each coupon is valid.
    pub validity: CouponValidity,
    /// How many, altogether and to whom.
    pub caps: Caps,
    /// Through which channels; empty for all.
    pub channels: Vec<Channel>,
    /// First instant at which coupons may be claimed.
    pub claims_from: Timestamp,
    /// First instant after which none may be.
    pub claims_until: Option<Timestamp>,
    /// The zone whose midnight divides days.
    pub time_zone: TimeZoneId,
    /// Into how many shards its claims are divided.
    #[serde(default)]
    pub shards: Option<NonZeroU16>,
}

/// Whether coupons may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStatus {
    /// Set up, not started.
    #[default]
    Draft,
    /// They may.
    Active,
    /// Not for the moment.
    Paused,
    /// Never again.
    Ended,
}

/// Counts of what was claimed. Those per day, member and person are kept only where there is a cap on them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// Altogether.
    pub total: u32,
    /// By day of claiming.
    pub by_day: BTreeMap<BusinessDate, u32>,
    /// By member.
    pub by_member: BTreeMap<MemberId, u32>,
    /// By natural person.
    pub by_person: BTreeMap<PersonId, u32>,
}

impl CampaignState {
    /// Folds one event.
    pub fn apply(&mut self, event: &CampaignEvent) {
        match event {
            CampaignEvent::CampaignCreated(created) => self.rules = Some(CampaignRules::from(created)),
            CampaignEvent::CampaignActivated(_) => self.status = CampaignStatus::Active,
            CampaignEvent::CampaignPaused(_) => self.status = CampaignStatus::Paused,
            CampaignEvent::CampaignEnded(_) => self.status = CampaignStatus::Ended,
            CampaignEvent::BudgetAmended(amended) => {
                if let Some(rules) = &mut self.rules {
                    rules.caps = amended.caps;
                }
            }
            CampaignEvent::CampaignSoldOut(_) => {}
            CampaignEvent::CouponClaimed(claimed) => {
                let caps = self.rules.as_ref().map_or_else(Caps::default, |rules| rules.caps);
                self.claimed.count(&caps, claimed);
            }
            CampaignEvent::ShardsInformed(informed) => self.quota.revision = informed.revision,
            CampaignEvent::QuotaLeased(leased) => self.quota.leased(leased),
            CampaignEvent::QuotaReturned(returned) => {
                self.quota.returned(returned);
                self.claimed.total = self.quota.issued();
            }
        }
    }
}

impl Claimed {
    /// Counts one more.
    pub(crate) fn count(&mut self, caps: &Caps, claimed: &CouponClaimed) {
        self.total = self.total.saturating_add(1);
        if caps.per_day.is_some() {
            *self.by_day.entry(claimed.claimed_on).or_default() += 1;
        }
        if caps.per_member.is_some() {
            *self.by_member.entry(claimed.member_id.clone()).or_default() += 1;
        }
        if let (Some(_), Some(person)) = (caps.per_person, &claimed.person_id) {
            *self.by_person.entry(person.clone()).or_default() += 1;
        }
    }
}

impl From<&CampaignCreated> for CampaignRules {
    fn from(created: &CampaignCreated) -> Self {
        Self {
            name: created.name.clone(),
            terms: created.terms.clone(),
            validity: created.validity,
            caps: created.caps,
            channels: created.channels.clone(),
            claims_from: created.claims_from,
            claims_until: created.claims_until,
            time_zone: created.time_zone.clone(),
            shards: created.shards,
        }
    }
}
