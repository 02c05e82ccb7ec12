//! A campaign in shards that more ask than there are coupons, through two processes at once.

use std::collections::BTreeMap;
use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;
use std::time::Duration;

use guanxi_api::claiming::Claims;
use guanxi_domain::campaign::{
    ActivateCampaign, Campaign, CampaignCommand, Caps, ClaimCoupon, CouponValidity, CreateCampaign,
    LeaseQuota, PauseCampaign,
};
use guanxi_domain::coupon::{CouponKind, CouponTerms, Funder, GoodsScope};
use guanxi_domain::quota_shard::{QuotaShard, QuotaShardCommand, ReturnQuota};
use guanxi_event_store::{
    Answer, Clock, CommandContext, EventStore, ExecuteError, Keep, MasterKey, StoreOptions,
};
use guanxi_kernel::{CommandId, Decider, Fen, Metadata, TimeZoneId, Timestamp};
use serde::Serialize;
use sqlx::PgPool;

use crate::house::{House, connect};

const PATIENCE: Duration = Duration::from_secs(60);

fn noon() -> Timestamp {
    "2026-03-02T12:00:00+08:00".parse().unwrap()
}

fn context(store: &EventStore, id: &str, command: &impl Serialize) -> CommandContext {
    CommandContext {
        command_id: CommandId::new(id).unwrap(),
        digest: store.digest(command),
        metadata: Metadata {
            occurred_at: noon(),
            business_date: TimeZoneId::shanghai().business_date(noon()),
            actor: Arc::from("test"),
            channel: None,
            store_id: None,
            correlation_id: Arc::from("test"),
            causation_id: None,
            depth: 0,
        },
        keep: Keep::Appended,
        new_keys: Vec::new(),
    }
}

async fn ask<D: Decider>(store: &EventStore, id: &str, name: &str, command: D::Command)
where
    D::Command: Serialize,
{
    let context = context(store, name, &command);
    store.execute::<D>(id, &command, &context).await.unwrap();
}

async fn open(pool: &PgPool) -> EventStore {
    let options = StoreOptions::new(MasterKey::new([7; 32]));
    EventStore::open(connect(pool).await, options).await.unwrap()
}

async fn campaign(store: &EventStore, shards: u16, total: u32) {
    let create = CampaignCommand::CreateCampaign(CreateCampaign {
        name: "10 off".to_owned(),
        terms: CouponTerms {
            kind: CouponKind::Normal { off_fen: Fen(1_000) },
            goods: GoodsScope::All,
            threshold_fen: Fen(0),
            funder: Funder::Us,
        },
        validity: CouponValidity::AfterClaim {
            wait_days: 0,
            days: 7,
        },
        caps: Caps {
            total: NonZeroU32::new(total),
            per_member: NonZeroU32::new(1),
            ..Caps::default()
        },
        channels: Vec::new(),
        claims_from: noon(),
        claims_until: None,
        time_zone: TimeZoneId::shanghai(),
        shards: NonZeroU16::new(shards),
    });
    ask::<Campaign>(store, "hot", "create", create).await;
    let activate = CampaignCommand::ActivateCampaign(ActivateCampaign {});
    ask::<Campaign>(store, "hot", "activate", activate).await;
}

/// Claims under an id until there is an answer: "too busy" is none.
async fn claim(claims: Claims, store: EventStore, id: String, member: usize) -> Result<Answer, ExecuteError> {
    let claim = ClaimCoupon {
        campaign_id: "hot".parse().unwrap(),
        coupon_id: format!("k-{id}").parse().unwrap(),
        member_id: format!("m-{member}").parse().unwrap(),
        person_id: None,
        channel: None,
        claimed_at: noon(),
    };
    let context = context(&store, &id, &claim);
    loop {
        match claims.claim(&claim.campaign_id, &claim, &context).await {
            Err(error) if error.is_transient() => tokio::task::yield_now().await,
            answer => return answer,
        }
    }
}

fn code(answer: Result<Answer, ExecuteError>) -> String {
    match answer {
        Ok(_) => "claimed".to_owned(),
        Err(ExecuteError::Refused(refused)) => refused.code,
        Err(other) => panic!("{other}"),
    }
}

/// What the streams of the campaign and its shards say: issued, free with shards, free with the campaign.
async fn sums(store: &EventStore, shards: u16) -> (u32, u32, u32) {
    let campaign = store.load::<Campaign>("hot").await.unwrap().state;
    let total = campaign.rules.as_ref().unwrap().caps.total.unwrap().get();
    let (mut issued, mut free, mut held) = (0, 0, 0);
    for shard in 0..shards {
        let state = store
            .load::<QuotaShard>(&format!("hot/{shard}"))
            .await
            .unwrap()
            .state;
        issued += state.claimed.total;
        free += state.free();
        held += state.received - state.returned;
    }
    assert_eq!(held, issued + free, "what shards hold is issued or free");
    assert_eq!(held, campaign.quota.out(), "leases are issued plus free");
    (issued, free, total - campaign.quota.out())
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn of_many_claims_through_two_processes_exactly_as_many_win_as_there_are_coupons(pool: PgPool) {
    const TOTAL: usize = 120;
    let house = House::open(&pool).await;
    house
        .followers
        .set_clock(Clock::Watermark(noon()), PATIENCE)
        .await
        .unwrap();
    let stores = [house.store.clone(), open(&pool).await];
    let claims = stores.clone().map(Claims::new);
    campaign(&stores[0], 4, TOTAL as u32).await;
    let mut asked = tokio::task::JoinSet::new();
    for member in 0..200 {
        // Every tenth member asks in both processes at once, with another coupon in mind.
        for side in 0..(if member % 10 == 0 { 2 } else { 1 }) {
            let process = (member + side) % 2;
            let (claims, store) = (claims[process].clone(), stores[process].clone());
            asked.spawn(claim(claims, store, format!("{member}-{side}"), member));
        }
    }
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(answer) = asked.join_next().await {
        *answers.entry(code(answer.unwrap())).or_default() += 1;
    }
    assert_eq!(answers.remove("claimed"), Some(TOTAL), "{answers:?}");
    answers.remove("campaign.member_cap_reached");
    assert_eq!(answers.into_keys().collect::<Vec<_>>(), ["campaign.sold_out"]);

    house.followers.settle(PATIENCE).await.unwrap();
    assert_eq!(sums(&stores[1], 4).await, (TOTAL as u32, 0, 0));
    let (coupons, members): (i64, i64) = sqlx::query_as(
        "select count(distinct payload ->> 'coupon_id'), count(distinct payload ->> 'member_id') \
           from log.events where event_type = 'quota_shard.coupon_claimed.v1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!((coupons, members), (TOTAL as i64, TOTAL as i64));
    let funnel: (i64, i64) =
        sqlx::query_as("select claimed, issued from reporting.coupon_funnel where campaign_id = 'hot'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(funnel, (TOTAL as i64, TOTAL as i64));
    house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn moves_that_nobody_finished_are_finished_by_the_next_claim(pool: PgPool) {
    let store = open(&pool).await;
    let claims = Claims::new(store.clone());
    campaign(&store, 2, 8).await;
    // No policy runs: the shards know nothing, and these two moves stop half way.
    let lease = CampaignCommand::LeaseQuota(LeaseQuota { shard: 0 });
    ask::<Campaign>(&store, "hot", "stray lease", lease).await;
    code(claim(claims.clone(), store.clone(), "first".to_owned(), 0).await);
    for shard in ["hot/0", "hot/1"] {
        let give = QuotaShardCommand::ReturnQuota(ReturnQuota {});
        ask::<QuotaShard>(&store, shard, &format!("stray return {shard}"), give).await;
    }
    let mut won = 1;
    for member in 1.. {
        match code(claim(claims.clone(), store.clone(), format!("c-{member}"), member).await).as_str() {
            "claimed" => won += 1,
            refused => {
                assert_eq!(refused, "campaign.sold_out");
                break;
            }
        }
    }
    assert_eq!(won, 8);
    assert_eq!(sums(&store, 2).await, (8, 0, 0));
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn the_policy_brings_rules_and_quota_where_they_belong(pool: PgPool) {
    let house = House::open(&pool).await;
    let store = &house.store;
    house
        .followers
        .set_clock(Clock::Watermark(noon()), PATIENCE)
        .await
        .unwrap();
    campaign(store, 4, 80).await;
    house.followers.settle(PATIENCE).await.unwrap();
    assert_eq!(sums(store, 4).await, (0, 40, 40));
    let give = QuotaShardCommand::ReturnQuota(ReturnQuota {});
    ask::<QuotaShard>(store, "hot/3", "give", give).await;
    let reason = "stock".to_owned();
    let pause = CampaignCommand::PauseCampaign(PauseCampaign { reason });
    ask::<Campaign>(store, "hot", "pause", pause).await;
    house.followers.settle(PATIENCE).await.unwrap();
    assert_eq!(sums(store, 4).await, (0, 35, 45));
    let claims = Claims::new(store.clone());
    let answer = claim(claims, store.clone(), "late".to_owned(), 1).await;
    assert_eq!(code(answer), "campaign.not_active");
    house.close().await;
}
