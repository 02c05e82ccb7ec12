//! Which shard answers whom.

use std::fmt;
use std::num::NonZeroU16;

use guanxi_kernel::MemberId;

use crate::ids::CampaignId;

/// A shard's place: its stream is `campaign/number`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShardName {
    /// Whose coupons it issues.
    pub campaign_id: CampaignId,
    /// Its number, from 0.
    pub number: u16,
}

impl ShardName {
    /// The shard that answers a member's claims. It must be the same for ever, or the member could claim in two.
    #[must_use]
    pub fn of_member(campaign_id: &CampaignId, member_id: &MemberId, shards: NonZeroU16) -> Self {
        let number = fnv_1a(member_id.as_str()) % u64::from(shards.get());
        Self {
            campaign_id: campaign_id.clone(),
            number: u16::try_from(number).unwrap_or_default(),
        }
    }

    /// From a stream's id.
    #[must_use]
    pub fn read(stream_id: &str) -> Option<Self> {
        let (campaign, number) = stream_id.rsplit_once('/')?;
        Some(Self {
            campaign_id: campaign.parse().ok()?,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for ShardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.campaign_id, self.number)
    }
}

/// The 64-bit FNV-1a hash, its halves folded: it spreads short ids well, and will never be another one.
fn fnv_1a(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(member: &str, shards: u16) -> u16 {
        let shards = NonZeroU16::new(shards).unwrap();
        ShardName::of_member(&"c-1".parse().unwrap(), &member.parse().unwrap(), shards).number
    }

    #[test]
    fn a_member_has_the_same_shard_for_ever() {
        let numbers =
            ["m-1", "m-2", "m-3", "8f14e45f", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"].map(|member| of(member, 16));
        assert_eq!(numbers, PINNED);
    }

    const PINNED: [u16; 5] = [3, 14, 13, 13, 15];

    #[test]
    fn members_spread_over_all_shards() {
        let mut counts = [0; 16];
        for n in 0..16_000 {
            counts[usize::from(of(&format!("m-{n}"), 16))] += 1;
        }
        assert!(
            counts.iter().all(|count| (800..1_200).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_name_reads_back() {
        let name = ShardName::read("spring/2026/7").unwrap();
        assert_eq!((name.campaign_id.as_str(), name.number), ("spring/2026", 7));
        assert_eq!(name.to_string(), "spring/2026/7");
        assert_eq!(ShardName::read("spring"), None);
    }
}
