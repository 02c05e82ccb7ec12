//! What a campaign and its shards owe each other: rules, leases, and what comes back.
//!
//! A claim that finds its shard dry moves quota by itself, without waiting for this; here is what brings every move to
//! its end when whoever began it is gone.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, Recorded, StreamRef};

use crate::campaign::{Campaign, CampaignCommand, CampaignEvent, RecordQuota, ShardsInformed};
use crate::ids::CampaignId;
use crate::quota_shard::{
    InformShard, QuotaShard, QuotaShardCommand, QuotaShardEvent, ReceiveQuota, ShardName,
};
use crate::{GuanxiCommand, GuanxiEvent};

/// Rules and leases → shards; what a shard gives back → campaign.
#[derive(Debug)]
pub struct QuotaShards;

type Asked = Vec<Reaction<GuanxiCommand>>;

impl Policy for QuotaShards {
    const NAME: &'static str = "quota_shards";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Asked {
        match event.own() {
            Some(GuanxiEvent::Campaign(campaign)) => CampaignId::new(&event.stream.aggregate_id)
                .map(|campaign_id| of_campaign(campaign, &campaign_id))
                .unwrap_or_default(),
            Some(GuanxiEvent::QuotaShard(QuotaShardEvent::QuotaGivenBack(given))) => {
                let record = |shard: ShardName| {
                    let command = CampaignCommand::RecordQuota(RecordQuota {
                        shard: shard.number,
                        returned: given.returned,
                        issued: given.issued,
                    });
                    let target = StreamRef::new(Campaign::TYPE, shard.campaign_id.as_str());
                    Reaction::new("record", target, command.into())
                };
                ShardName::read(&event.stream.aggregate_id)
                    .map(record)
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

fn of_campaign(event: &CampaignEvent, campaign_id: &CampaignId) -> Asked {
    match event {
        CampaignEvent::ShardsInformed(informed) => (0..informed.shards.get())
            .map(|number| ask("inform", campaign_id, number, inform(informed)))
            .collect(),
        CampaignEvent::QuotaLeased(leased) => {
            let receive = QuotaShardCommand::ReceiveQuota(ReceiveQuota {
                leased: leased.leased,
            });
            vec![ask("receive", campaign_id, leased.shard, receive)]
        }
        _ => Vec::new(),
    }
}

fn inform(informed: &ShardsInformed) -> QuotaShardCommand {
    QuotaShardCommand::InformShard(Box::new(InformShard {
        revision: informed.revision,
        status: informed.status,
        rules: informed.rules.clone(),
    }))
}

fn ask(
    purpose: &'static str,
    campaign_id: &CampaignId,
    number: u16,
    command: QuotaShardCommand,
) -> Reaction<GuanxiCommand> {
    let name = ShardName {
        campaign_id: campaign_id.clone(),
        number,
    };
    let target = StreamRef::new(QuotaShard::TYPE, name.to_string());
    Reaction::new(purpose, target, command.into())
}
