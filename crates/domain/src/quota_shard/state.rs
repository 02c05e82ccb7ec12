//! What a shard's events add up to.

use serde::{Deserialize, Serialize};

use super::events::QuotaShardEvent;
use crate::campaign::{CampaignRules, CampaignStatus, Claimed};

/// A shard as of its last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaShardState {
    /// What the campaign has told it.
    pub standing: Option<Standing>,
    /// Coupons that it has received, since its beginning.
    pub received: u32,
    /// Of these, given back.
    pub returned: u32,
    /// Of these, claimed, and by whom.
    pub claimed: Claimed,
}

/// What the campaign has told a shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Counts what the campaign told.
    pub revision: u32,
    /// Whether coupons may be claimed.
    pub status: CampaignStatus,
    /// The rules.
    pub rules: CampaignRules,
}

impl QuotaShardState {
    /// Coupons that it can still give.
    #[must_use]
    pub fn free(&self) -> u32 {
        self.received
            .saturating_sub(self.returned)
            .saturating_sub(self.claimed.total)
    }

    /// Folds one event.
    pub fn apply(&mut self, event: &QuotaShardEvent) {
        match event {
            QuotaShardEvent::ShardInformed(informed) => {
                self.standing = Some(Standing {
                    revision: informed.revision,
                    status: informed.status,
                    rules: informed.rules.clone(),
                });
            }
            QuotaShardEvent::QuotaReceived(received) => self.received = received.received,
            QuotaShardEvent::CouponClaimed(claimed) => {
                let rules = self.standing.as_ref().map(|standing| &standing.rules);
                let caps = rules.map(|rules| rules.caps).unwrap_or_default();
                self.claimed.count(&caps, claimed);
            }
            QuotaShardEvent::QuotaGivenBack(given) => self.returned = given.returned,
        }
    }
}
