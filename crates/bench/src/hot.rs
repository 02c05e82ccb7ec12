//! One campaign of 1.5 million coupons that everybody asks at once: in shards, beside the same campaign as one stream.
//!
//! The stream is measured in two forms: *plain*, one claim after the other with a commit for each, as any program does
//! that knows a stream as something to be locked; and *grouped*, where claims of the stream share commits. Every member
//! claims once, and the cap per member is kept. At the end the log is counted: a coupon more than was answered or than
//! the campaign has makes the measure fail.

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use guanxi_api::claiming::Claims;
use guanxi_domain::campaign::{
    ActivateCampaign, Campaign, CampaignCommand, Caps, ClaimCoupon, CouponValidity, CreateCampaign,
};
use guanxi_domain::coupon::{CouponKind, CouponTerms, Funder, GoodsScope};
use guanxi_domain::ids::CampaignId;
use guanxi_event_store::{CommandContext, EventStore, ExecuteError, Keep, MIGRATOR, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Fen, Metadata, TimeZoneId, Timestamp};
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::database::Scratch;
use crate::drive::{Failure, Side, round};
use crate::measure::{Error, Plan, row};
use crate::report::Row;

const COUPONS: u32 = 1_500_000;
/// A campaign that is claimed to its end, to see that it ends where it should.
const FEW: u32 = 3_000;
const SHARDS: u16 = 16;
const IN_FLIGHT: usize = 256;

/// How the campaign answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Shards,
    Grouped,
    Plain,
}

struct Hot {
    store: EventStore,
    claims: Claims,
    campaign: CampaignId,
    /// Held over each claim where the form is plain.
    one_by_one: Option<Mutex<()>>,
    granted: AtomicU64,
}

fn failure(error: impl ToString) -> Failure {
    Failure(error.to_string())
}

impl Hot {
    async fn new(pool: &PgPool, form: Form, coupons: u32, name: &str) -> Result<Self, Error> {
        MIGRATOR.run(pool).await?;
        let store = EventStore::open(pool.clone(), StoreOptions::new(MasterKey::new([7; 32])))
            .await
            .map_err(failure)?;
        let hot = Self {
            claims: Claims::new(store.clone()),
            store,
            campaign: name.parse().map_err(failure)?,
            one_by_one: (form == Form::Plain).then(Mutex::default),
            granted: AtomicU64::new(0),
        };
        let shards = (form == Form::Shards).then(|| NonZeroU16::new(SHARDS)).flatten();
        for (step, command) in [
            CampaignCommand::CreateCampaign(campaign(coupons, shards)),
            CampaignCommand::ActivateCampaign(ActivateCampaign {}),
        ]
        .iter()
        .enumerate()
        {
            let context = hot.context(format!("{name}-{step}"), command)?;
            let done = hot.store.execute::<Campaign>(name, command, &context).await;
            done.map_err(failure)?;
        }
        Ok(hot)
    }

    fn context(&self, id: String, content: &impl Serialize) -> Result<CommandContext, Failure> {
        let occurred_at = Timestamp::now();
        Ok(CommandContext {
            command_id: CommandId::new(id).map_err(failure)?,
            digest: self.store.digest(content),
            metadata: Metadata {
                occurred_at,
                business_date: TimeZoneId::shanghai().business_date(occurred_at),
                actor: "bench".into(),
                channel: None,
                store_id: None,
                correlation_id: "bench".into(),
                causation_id: None,
                depth: 0,
            },
            keep: Keep::Appended,
            new_keys: Vec::new(),
        })
    }

    /// Coupons in the log: exactly those that were promised, and no more than there are.
    async fn count(&self, coupons: u32) -> Result<u64, Error> {
        let claimed: i64 = sqlx::query_scalar(
            "select count(distinct payload ->> 'coupon_id') from log.events
              where event_type in ('campaign.coupon_claimed.v1', 'quota_shard.coupon_claimed.v1')
                and payload ->> 'campaign_id' = $1",
        )
        .bind(self.campaign.as_str())
        .fetch_one(self.store.pool())
        .await?;
        let (claimed, granted) = (claimed.unsigned_abs(), self.granted.load(Ordering::Relaxed));
        if claimed != granted || claimed > u64::from(coupons) {
            let told = format!("{claimed} coupons in the log, {granted} promised, {coupons} there are");
            return Err(failure(told).into());
        }
        Ok(claimed)
    }
}

impl Side for Hot {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        let claim = ClaimCoupon {
            campaign_id: self.campaign.clone(),
            coupon_id: format!("{}-{n}", self.campaign).parse().map_err(failure)?,
            member_id: format!("member-{n}").parse().map_err(failure)?,
            person_id: None,
            channel: None,
            claimed_at: Timestamp::now(),
        };
        let context = self.context(format!("{}-claim-{n}", self.campaign), &claim)?;
        let _turn = match &self.one_by_one {
            Some(turns) => Some(turns.lock().await),
            None => None,
        };
        match self.claims.claim(&self.campaign, &claim, &context).await {
            Ok(_) => drop(self.granted.fetch_add(1, Ordering::Relaxed)),
            Err(ExecuteError::Refused(refused)) if refused.code == "campaign.sold_out" => {}
            Err(error) => return Err(failure(error)),
        }
        Ok(())
    }
}

fn campaign(coupons: u32, shards: Option<NonZeroU16>) -> CreateCampaign {
    CreateCampaign {
        name: "bench".to_owned(),
        terms: CouponTerms {
            kind: CouponKind::Normal { off_fen: Fen(1_000) },
            goods: GoodsScope::All,
            threshold_fen: Fen(0),
            funder: Funder::Us,
        },
        validity: CouponValidity::AfterClaim {
            wait_days: 0,
            days: 30,
        },
        caps: Caps {
            total: NonZeroU32::new(coupons),
            per_member: NonZeroU32::new(1),
            ..Caps::default()
        },
        channels: Vec::new(),
        claims_from: Timestamp::UNIX_EPOCH,
        claims_until: None,
        time_zone: TimeZoneId::shanghai(),
        shards,
    }
}

/// Claims per second in shards beside one stream, in both its forms; and a campaign claimed to its end.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let forms = [Form::Shards, Form::Plain, Form::Grouped];
    let mut sides = Vec::new();
    for form in forms {
        let name = format!("guanxi_bench_hot_{form:?}").to_lowercase();
        let scratch = Scratch::create(server, &name, 16).await?;
        let hot = Arc::new(Hot::new(&scratch.pool, form, COUPONS, "hot").await?);
        sides.push((scratch, hot, Arc::new(AtomicU64::new(0)), Vec::new()));
    }
    for (_, hot, next, _) in &sides {
        round(hot, IN_FLIGHT, Duration::from_millis(700), next).await?;
    }
    for _ in 0..plan.rounds {
        for (_, hot, next, rounds) in &mut sides {
            rounds.push(round(hot, IN_FLIGHT, plan.span(), next).await?);
        }
    }
    for (_, hot, _, _) in &sides {
        hot.count(COUPONS).await?;
    }
    to_the_end(&sides[0].0.pool).await?;
    let noted = |what: &str| format!("{what}; {COUPONS} coupons, {SHARDS} shards, {IN_FLIGHT} in flight");
    let of = |form: usize| sides[form].3.as_slice();
    let rows = vec![
        row("hot_campaign", of(0), of(1)).noting(noted("shards beside a plain stream")),
        row("hot_campaign_grouped", of(0), of(2)).noting(noted("shards beside a grouped stream")),
        row("hot_campaign_stream", of(2), of(1)).noting(noted("a grouped stream beside a plain one")),
    ];
    for (scratch, hot, _, _) in sides {
        drop(hot);
        scratch.drop().await?;
    }
    Ok(rows)
}

/// More members than coupons ask: the campaign gives all it has, and nothing more.
async fn to_the_end(pool: &PgPool) -> Result<(), Error> {
    let hot = Arc::new(Hot::new(pool, Form::Shards, FEW, "few").await?);
    let next = Arc::new(AtomicU64::new(0));
    while next.load(Ordering::Relaxed) < u64::from(FEW) * 2 {
        round(&hot, IN_FLIGHT, Duration::from_millis(500), &next).await?;
    }
    let claimed = hot.count(FEW).await?;
    if claimed != u64::from(FEW) {
        return Err(failure(format!(
            "{FEW} coupons, {claimed} of them claimed by {FEW} times two members"
        ))
        .into());
    }
    Ok(())
}
