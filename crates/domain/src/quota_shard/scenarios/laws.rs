//! A campaign with its shards under any order of claims and moves, messages that come twice, late or never, and moves
//! that stop in the middle as their program crashes: no coupon too many, none lost.

use std::collections::BTreeMap;

use guanxi_kernel::{Decider, Refusal as _};
use proptest::prelude::*;

use super::*;
use crate::campaign::{
    ActivateCampaign, Campaign, CampaignCommand, CampaignEvent, CampaignState, CreateCampaign, LeaseQuota,
    RecordQuota,
};

#[derive(Debug, Clone)]
enum Step {
    /// A member claims; the shard answers for itself.
    Claim(u32),
    /// A shard is dry: everything is done to fill it, but the program crashes after so many moves.
    Fill(u16, usize),
    /// The campaign leases.
    Lease(u16),
    /// A shard gives back, and nobody tells the campaign yet.
    GiveBack(u16),
    /// A message of the past comes (again): that far back.
    Deliver(usize),
}

fn step(shards: u16) -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..60_u32).prop_map(Step::Claim),
        2 => (0..shards, 0..12_usize).prop_map(|(shard, moves)| Step::Fill(shard, moves)),
        1 => (0..shards).prop_map(Step::Lease),
        1 => (0..shards).prop_map(Step::GiveBack),
        2 => (0..40_usize).prop_map(Step::Deliver),
    ]
}

#[derive(Debug, Clone)]
enum Message {
    ToShard(u16, QuotaShardCommand),
    ToCampaign(CampaignCommand),
}

struct World {
    total: u32,
    shards: NonZeroU16,
    campaign: CampaignState,
    members: BTreeMap<u16, QuotaShardState>,
    sent: Vec<Message>,
    coupons: u32,
}

impl World {
    fn new(shards: u16, total: u32) -> Self {
        let rules = rules();
        let shards = NonZeroU16::new(shards).unwrap();
        let create = CampaignCommand::CreateCampaign(CreateCampaign {
            name: rules.name,
            terms: rules.terms,
            validity: rules.validity,
            caps: Caps {
                total: NonZeroU32::new(total),
                ..rules.caps
            },
            channels: rules.channels,
            claims_from: rules.claims_from,
            claims_until: rules.claims_until,
            time_zone: rules.time_zone,
            shards: Some(shards),
        });
        let mut world = Self {
            total,
            shards,
            campaign: CampaignState::default(),
            members: BTreeMap::new(),
            sent: Vec::new(),
            coupons: 0,
        };
        world.campaign(&create).unwrap();
        let activate = CampaignCommand::ActivateCampaign(ActivateCampaign {});
        world.campaign(&activate).unwrap();
        world
    }

    fn campaign(&mut self, command: &CampaignCommand) -> Result<usize, &'static str> {
        let events = Campaign::decide(&self.campaign, command).map_err(|refusal| refusal.code())?;
        for event in &events {
            Campaign::evolve(&mut self.campaign, event);
            match event {
                CampaignEvent::ShardsInformed(informed) => {
                    for shard in 0..self.shards.get() {
                        let inform = InformShard {
                            revision: informed.revision,
                            status: informed.status,
                            rules: informed.rules.clone(),
                        };
                        let command = QuotaShardCommand::InformShard(Box::new(inform));
                        self.sent.push(Message::ToShard(shard, command));
                    }
                }
                CampaignEvent::QuotaLeased(leased) => {
                    self.sent
                        .push(Message::ToShard(leased.shard, receive(leased.leased)));
                }
                _ => {}
            }
        }
        Ok(events.len())
    }

    fn shard(&mut self, number: u16, command: &QuotaShardCommand) -> Result<usize, &'static str> {
        let state = self.members.entry(number).or_default();
        let events = QuotaShard::decide(state, command).map_err(|refusal| refusal.code())?;
        for event in &events {
            QuotaShard::evolve(state, event);
            if let QuotaShardEvent::QuotaGivenBack(given) = event {
                let record = RecordQuota {
                    shard: number,
                    returned: given.returned,
                    issued: given.issued,
                };
                self.sent
                    .push(Message::ToCampaign(CampaignCommand::RecordQuota(record)));
            }
        }
        Ok(events.len())
    }

    fn deliver(&mut self, message: &Message) {
        let answer = match message {
            Message::ToShard(number, command) => self.shard(*number, command),
            Message::ToCampaign(command) => self.campaign(command),
        };
        assert!(answer.is_ok(), "{answer:?}: {message:?}");
    }

    fn claim(&mut self, member: u32) -> Result<(), &'static str> {
        self.coupons += 1;
        let claim = claim(&format!("k-{}", self.coupons), &format!("m-{member}"));
        let QuotaShardCommand::ClaimCoupon(asked) = &claim else {
            unreachable!()
        };
        let shard = ShardName::of_member(&asked.campaign_id, &asked.member_id, self.shards);
        self.shard(shard.number, &claim).map(drop)
    }

    /// What a claim does that finds its shard dry. It says "sold out" or fills the shard, unless it crashes before.
    fn fill(&mut self, number: u16, mut moves: usize) -> Option<&'static str> {
        let mut may_go_on = || {
            moves = moves.saturating_sub(1);
            moves > 0
        };
        let shards = self.shards.get();
        for _ in 0..8 {
            for other in (0..shards).map(|n| (number + n) % shards) {
                let received = self
                    .campaign
                    .quota
                    .accounts
                    .get(&other)
                    .map_or(0, |account| account.leased);
                self.deliver(&Message::ToShard(other, receive(received)));
                let dry = self.members.get(&other).is_none_or(|shard| shard.free() == 0);
                if other == number && !dry {
                    return None;
                }
                if !may_go_on() {
                    return None;
                }
                if other != number {
                    self.shard(other, &give_back()).unwrap();
                }
                if !may_go_on() {
                    return None;
                }
                let state = self.members.get(&other).cloned().unwrap_or_default();
                let record = RecordQuota {
                    shard: other,
                    returned: state.returned,
                    issued: state.claimed.total,
                };
                self.deliver(&Message::ToCampaign(CampaignCommand::RecordQuota(record)));
                if !may_go_on() {
                    return None;
                }
                let lease = CampaignCommand::LeaseQuota(LeaseQuota { shard: number });
                match self.campaign(&lease) {
                    Ok(_) => break,
                    Err("campaign.quota_leased_out") => {}
                    Err(refused) => return Some(refused),
                }
            }
        }
        None
    }

    fn issued(&self) -> u32 {
        self.members.values().map(|shard| shard.claimed.total).sum()
    }

    fn check(&self) {
        assert!(self.issued() <= self.total, "too many coupons");
        assert!(
            self.campaign.quota.out() <= self.total,
            "leased more than there is"
        );
        for (number, shard) in &self.members {
            let account = self
                .campaign
                .quota
                .accounts
                .get(number)
                .copied()
                .unwrap_or_default();
            assert!(shard.received <= account.leased, "received more than was leased");
            assert!(
                account.returned <= shard.returned,
                "taken back more than was given up"
            );
            assert!(account.issued <= shard.claimed.total, "told more than was issued");
            assert_eq!(
                shard.received,
                shard.returned + shard.claimed.total + shard.free()
            );
            assert!(
                shard.claimed.by_member.values().all(|count| *count <= 1),
                "two for one member"
            );
        }
        if self.campaign.quota.issued() >= self.total {
            assert_eq!(self.issued(), self.total, "sold out while somebody has stock");
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Claim(member) => {
                let answer = self.claim(*member);
                assert_ne!(answer, Err("campaign.sold_out"), "no shard says so by itself");
            }
            Step::Fill(shard, moves) => match self.fill(*shard, *moves) {
                Some("campaign.sold_out") => assert_eq!(self.issued(), self.total),
                None => {}
                Some(other) => panic!("{other}"),
            },
            Step::Lease(shard) => {
                let lease = CampaignCommand::LeaseQuota(LeaseQuota { shard: *shard });
                let answer = self.campaign(&lease);
                let fits = |code| matches!(code, "campaign.sold_out" | "campaign.quota_leased_out");
                assert!(answer.is_ok() || answer.is_err_and(fits), "{answer:?}");
            }
            Step::GiveBack(shard) => assert!(self.shard(*shard, &give_back()).is_ok()),
            Step::Deliver(back) => {
                if let Some(message) = self.sent.iter().rev().nth(*back).cloned() {
                    self.deliver(&message);
                }
            }
        }
        self.check();
    }

    /// All messages arrive: then the sums are exact, and whoever comes gets the rest to the last coupon.
    fn settle(&mut self) {
        for message in self.sent.clone() {
            self.deliver(&message);
        }
        let free: u32 = self.members.values().map(QuotaShardState::free).sum();
        let with_campaign = self.total - self.campaign.quota.out();
        assert_eq!(
            self.issued() + free + with_campaign,
            self.total,
            "a coupon was lost"
        );
        for member in 1_000.. {
            match self.claim(member) {
                Ok(()) => {}
                Err("campaign.shard_dry") => {
                    let claim = ShardName::of_member(
                        &"c-1".parse().unwrap(),
                        &format!("m-{member}").parse().unwrap(),
                        self.shards,
                    );
                    if self.fill(claim.number, usize::MAX) == Some("campaign.sold_out") {
                        break;
                    }
                }
                Err(other) => panic!("{other}"),
            }
            self.check();
        }
        assert_eq!(self.issued(), self.total, "sold out with coupons left");
    }
}

proptest! {
    #[test]
    fn no_coupon_too_many_and_none_lost(
        total in 1..40_u32,
        steps in proptest::collection::vec(step(4), 0..120),
    ) {
        let mut world = World::new(4, total);
        for step in &steps {
            world.run(step);
        }
        world.settle();
    }
}
