//! Claims, whichever stream answers them: the campaign's own, or the shard of the member.
//!
//! A claim that finds its shard dry moves quota before it says anything: from what the campaign keeps, then from the
//! siblings. Every move is a command with a sum that only grows, and each half of a move can be made again by whoever
//! comes next, or by the policy `quota_shards`; so it does not matter where a program stops. "Sold out" is the campaign's
//! word alone, spoken when all that it leased is known to be claimed.

use std::num::NonZeroU16;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use guanxi_domain::campaign::{
    Campaign, CampaignCommand, CampaignRefusal, ClaimCoupon, LeaseQuota, RecordQuota,
};
use guanxi_domain::ids::CampaignId;
use guanxi_domain::quota_shard::{
    InformShard, QuotaShard, QuotaShardCommand, ReceiveQuota, ReturnQuota, ShardName,
};
use guanxi_event_store::{
    Answer, CommandContext, EventStore, ExecuteError, Keep, Outcome, Refused, StoreError,
};
use guanxi_kernel::{CommandId, Decider, Metadata, Refusal as _, StreamRef};
use quick_cache::sync::Cache;
use serde::Serialize;
use tokio::sync::Mutex;
use uuid::Uuid;

/// How often a claim fetches quota before its caller is told to come again: others may be faster to what it fetched.
const FETCHES: usize = 24;
/// Campaigns whose division is remembered.
const REMEMBERED: usize = 4_096;

/// What is known of a campaign for good, and who moves its quota.
#[derive(Debug)]
struct Known {
    shards: Option<NonZeroU16>,
    /// One claim at a time fetches quota; the others find it when they come to it.
    fetching: Mutex<()>,
}

/// Answers claims. Cheap to clone.
#[derive(Clone)]
pub struct Claims {
    store: EventStore,
    known: Arc<Cache<CampaignId, Arc<Known>>>,
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claims")
    }
}

impl Claims {
    /// Claims on this log.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self {
            store,
            known: Arc::new(Cache::new(REMEMBERED)),
        }
    }

    /// Claims a coupon, exactly once for a command id, and says "sold out" only when every coupon is claimed.
    ///
    /// # Errors
    /// As [`EventStore::execute`]; `Busy` where others were faster again and again to the last coupons.
    pub async fn claim(
        &self,
        campaign_id: &CampaignId,
        claim: &ClaimCoupon,
        context: &CommandContext,
    ) -> Result<Answer, ExecuteError> {
        let known = self.known(campaign_id).await?;
        let Some(shards) = known.shards else {
            let command = CampaignCommand::ClaimCoupon(claim.clone());
            return self
                .store
                .execute::<Campaign>(campaign_id.as_str(), &command, context)
                .await;
        };
        let shard = ShardName::of_member(campaign_id, &claim.member_id, shards);
        let command = QuotaShardCommand::ClaimCoupon(claim.clone());
        // What a dry shard says is no answer to keep.
        let context = CommandContext {
            keep: Keep::Appended,
            ..context.clone()
        };
        let mut turn = None;
        for _ in 0..=FETCHES {
            let answer = self
                .store
                .execute::<QuotaShard>(&shard.to_string(), &command, &context)
                .await;
            drop(turn.take());
            match answer {
                Err(ExecuteError::Refused(refused)) if wants_quota(&refused) => {}
                other => return other,
            }
            self.check_sold_out(campaign_id).await?;
            let fetching = known.fetching.lock().await;
            let fetch = Fetch::new(&self.store, &context.metadata, &shard, shards);
            // What was fetched is claimed before the next one fetches, so that every fetch gets somebody a coupon.
            turn = fetch.run().await?.then_some(fetching);
        }
        Err(StoreError::Busy(StreamRef::new(QuotaShard::TYPE, shard.to_string())).into())
    }

    /// When all is claimed, the many who still ask need not wait for each other to hear so.
    async fn check_sold_out(&self, campaign_id: &CampaignId) -> Result<(), ExecuteError> {
        let campaign = self.store.load::<Campaign>(campaign_id.as_str()).await?.state;
        let total = campaign.rules.as_ref().and_then(|rules| rules.caps.total);
        if total.is_some_and(|total| campaign.quota.issued() >= total.get()) {
            let refusal = CampaignRefusal::SoldOut;
            return Err(ExecuteError::Refused(Refused {
                code: refusal.code().to_owned(),
                message: refusal.to_string(),
            }));
        }
        Ok(())
    }

    async fn known(&self, campaign_id: &CampaignId) -> Result<Arc<Known>, StoreError> {
        if let Some(known) = self.known.get(campaign_id) {
            return Ok(known);
        }
        let loaded = self.store.load::<Campaign>(campaign_id.as_str()).await?;
        let shards = loaded.state.rules.as_ref().and_then(|rules| rules.shards);
        let known = Arc::new(Known {
            shards,
            fetching: Mutex::new(()),
        });
        // One that does not exist yet may still become anything.
        if loaded.state.rules.is_some() {
            return self.known.get_or_insert_with(campaign_id, || Ok(known));
        }
        Ok(known)
    }
}

fn wants_quota(refused: &Refused) -> bool {
    matches!(
        refused.code.as_str(),
        "campaign.shard_dry" | "campaign.shard_uninformed"
    )
}

/// Fetching quota for one shard.
struct Fetch<'a> {
    store: &'a EventStore,
    metadata: &'a Metadata,
    shard: &'a ShardName,
    shards: NonZeroU16,
    /// Tells this fetch from all others: what it asks for is asked anew.
    name: String,
}

impl<'a> Fetch<'a> {
    fn new(store: &'a EventStore, metadata: &'a Metadata, shard: &'a ShardName, shards: NonZeroU16) -> Self {
        let name = Uuid::now_v7().to_string();
        Self {
            store,
            metadata,
            shard,
            shards,
            name,
        }
    }

    /// Moves quota to the shard, unless it has some by now. Whether it had to.
    ///
    /// # Errors
    /// "Sold out", when it is.
    async fn run(&self) -> Result<bool, ExecuteError> {
        if self.catch_up(self.shard).await? > 0 {
            return Ok(false);
        }
        let own = self.shard.number;
        self.record(self.shard).await?;
        if self.lease(0).await? {
            return Ok(true);
        }
        for step in 1..self.shards.get() {
            let number = (own + step) % self.shards.get();
            let sibling = ShardName {
                number,
                ..self.shard.clone()
            };
            // What is on its way to it is asked for too.
            if self.catch_up(&sibling).await? > 0 {
                let give = QuotaShardCommand::ReturnQuota(ReturnQuota {});
                self.send::<QuotaShard>(&sibling.to_string(), &give, &(&self.name, number))
                    .await?;
            }
            self.record(&sibling).await?;
            if self.lease(step).await? {
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Tells a shard what the campaign has said and leased to it. Answers how many coupons it has.
    async fn catch_up(&self, shard: &ShardName) -> Result<u32, ExecuteError> {
        let id = shard.to_string();
        let campaign = self
            .store
            .load::<Campaign>(shard.campaign_id.as_str())
            .await?
            .state;
        let state = self.store.load::<QuotaShard>(&id).await?.state;
        let revision = campaign.quota.revision;
        let told = state.standing.as_ref().map_or(0, |standing| standing.revision);
        if let Some(rules) = campaign.rules.as_ref().filter(|_| told < revision) {
            let inform = QuotaShardCommand::InformShard(Box::new(InformShard {
                revision,
                status: campaign.status,
                rules: rules.clone(),
            }));
            self.send::<QuotaShard>(&id, &inform, &("inform", revision))
                .await?;
        }
        let account = campaign.quota.accounts.get(&shard.number);
        let leased = account.map_or(0, |account| account.leased);
        if leased > state.received {
            let receive = QuotaShardCommand::ReceiveQuota(ReceiveQuota { leased });
            self.send::<QuotaShard>(&id, &receive, &("receive", leased))
                .await?;
            return Ok(self.store.load::<QuotaShard>(&id).await?.state.free());
        }
        Ok(state.free())
    }

    /// Tells the campaign what a shard has returned and issued.
    async fn record(&self, shard: &ShardName) -> Result<(), ExecuteError> {
        let state = self.store.load::<QuotaShard>(&shard.to_string()).await?.state;
        let (returned, issued) = (state.returned, state.claimed.total);
        let record = CampaignCommand::RecordQuota(RecordQuota {
            shard: shard.number,
            returned,
            issued,
        });
        let content = ("record", shard.number, returned, issued);
        self.send::<Campaign>(shard.campaign_id.as_str(), &record, &content)
            .await
            .map(drop)
    }

    /// Asks the campaign for a lease, and delivers it. Whether there was one.
    async fn lease(&self, attempt: u16) -> Result<bool, ExecuteError> {
        let lease = CampaignCommand::LeaseQuota(LeaseQuota {
            shard: self.shard.number,
        });
        let campaign = self.shard.campaign_id.as_str();
        let asked = self
            .send::<Campaign>(campaign, &lease, &("lease", &self.name, attempt))
            .await;
        match asked {
            Ok(_) => Ok(self.catch_up(self.shard).await? > 0),
            Err(ExecuteError::Refused(refused)) if refused.code == "campaign.quota_leased_out" => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Sends one half of a move, under an id that its content gives.
    async fn send<D: Decider>(
        &self,
        id: &str,
        command: &D::Command,
        content: &impl Serialize,
    ) -> Result<Outcome, ExecuteError> {
        let name = serde_json::to_vec(&(D::TYPE, id, content)).unwrap_or_default();
        let name = format!("quota-{}", hex::encode(digest(&SHA256, &name)));
        let context = CommandContext {
            command_id: CommandId::new(name).map_err(|error| StoreError::Unstorable(error.to_string()))?,
            digest: self.store.digest(&(D::TYPE, id, content)),
            metadata: Metadata {
                actor: Arc::from("quota"),
                ..self.metadata.clone()
            },
            keep: Keep::Appended,
            new_keys: Vec::new(),
        };
        let answer = self.store.execute::<D>(id, command, &context).await?;
        Ok(answer.outcome)
    }
}
