//! Coupons where many ask at once, and from the claim to the redemption over three streams.

use std::sync::Arc;
use std::time::Duration;

use guanxi_domain::campaign::{
    ActivateCampaign, Campaign, CampaignCommand, Caps, ClaimCoupon, CouponValidity, CreateCampaign,
};
use guanxi_domain::coupon::{
    Coupon, CouponCommand, CouponKind, CouponStatus, CouponTerms, Funder, GoodsScope, ReserveCoupon,
};
use guanxi_domain::order::{
    Cart, CartCoupon, CartLine, Order, OrderCommand, OrderKind, Place, Pricing, RecordPayment, Tender,
};
use guanxi_event_store::{Clock, CommandContext, EventStore, ExecuteError, Keep, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Decider, Fen, Metadata, TimeZoneId, Timestamp};
use serde::Serialize;
use sqlx::PgPool;

use crate::house::{House, connect};

fn noon() -> Timestamp {
    "2026-03-02T12:00:00+08:00".parse().unwrap()
}

fn context(store: &EventStore, id: &str, command: &impl Serialize) -> CommandContext {
    let occurred_at = noon();
    CommandContext {
        command_id: CommandId::new(id).unwrap(),
        digest: store.digest(command),
        metadata: Metadata {
            occurred_at,
            business_date: TimeZoneId::shanghai().business_date(occurred_at),
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

async fn ask<D: Decider>(store: &EventStore, id: &str, command: D::Command) -> Result<(), ExecuteError>
where
    D::Command: Serialize,
{
    let name = format!("{id}/{}", serde_json::to_string(&command).unwrap().len());
    let context = context(store, &format!("{}/{name}", D::TYPE), &command);
    store.execute::<D>(id, &command, &context).await.map(drop)
}

fn terms() -> CouponTerms {
    CouponTerms {
        kind: CouponKind::Normal { off_fen: Fen(2_000) },
        goods: GoodsScope::All,
        threshold_fen: Fen(10_000),
        funder: Funder::Us,
    }
}

async fn campaign(store: &EventStore, total: Option<u32>) {
    let create = CampaignCommand::CreateCampaign(CreateCampaign {
        name: "20 off 100".to_owned(),
        terms: terms(),
        validity: CouponValidity::AfterClaim {
            wait_days: 0,
            days: 7,
        },
        caps: Caps {
            total: total.and_then(|total| total.try_into().ok()),
            ..Caps::default()
        },
        channels: Vec::new(),
        claims_from: noon(),
        claims_until: None,
        time_zone: TimeZoneId::shanghai(),
        shards: None,
    });
    ask::<Campaign>(store, "c-1", create).await.unwrap();
    let activate = CampaignCommand::ActivateCampaign(ActivateCampaign {});
    ask::<Campaign>(store, "c-1", activate).await.unwrap();
}

fn claim(number: usize) -> CampaignCommand {
    CampaignCommand::ClaimCoupon(ClaimCoupon {
        campaign_id: "c-1".parse().unwrap(),
        coupon_id: format!("k-{number}").parse().unwrap(),
        member_id: format!("m-{number}").parse().unwrap(),
        person_id: None,
        channel: None,
        claimed_at: noon(),
    })
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn of_64_claims_of_the_last_coupon_through_two_processes_one_wins(pool: PgPool) {
    let options = || StoreOptions::new(MasterKey::new([7; 32]));
    let one = EventStore::open(connect(&pool).await, options()).await.unwrap();
    let two = EventStore::open(connect(&pool).await, options()).await.unwrap();
    campaign(&one, Some(1)).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..64 {
        let store = if number % 2 == 0 { one.clone() } else { two.clone() };
        tasks.spawn(async move {
            let command = claim(number);
            let context = context(&store, &format!("claim-{number}"), &command);
            store.execute::<Campaign>("c-1", &command, &context).await
        });
    }
    let (mut won, mut refused) = (0, 0);
    while let Some(answer) = tasks.join_next().await {
        match answer.unwrap() {
            Ok(_) => won += 1,
            Err(ExecuteError::Refused(refusal)) if refusal.code == "campaign.sold_out" => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, refused), (1, 63));
    let claimed: i64 =
        sqlx::query_scalar("select count(*) from log.events where event_type = 'campaign.coupon_claimed.v1'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(claimed, 1);
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_coupon_goes_from_the_claim_to_the_redemption(pool: PgPool) {
    let house = House::open(&pool).await;
    let (store, patience) = (&house.store, Duration::from_secs(30));
    // By the wall's clock this coupon is long past its days.
    let day_of_the_sale = Clock::Watermark(noon());
    house
        .followers
        .set_clock(day_of_the_sale, patience)
        .await
        .unwrap();
    campaign(store, None).await;
    ask::<Campaign>(store, "c-1", claim(1)).await.unwrap();
    house.followers.settle(patience).await.unwrap();
    let reserve = CouponCommand::ReserveCoupon(ReserveCoupon {
        order_id: "o-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        reserved_at: noon(),
    });
    ask::<Coupon>(store, "k-1", reserve).await.unwrap();
    ask::<Order>(store, "o-1", place()).await.unwrap();
    ask::<Order>(store, "o-1", pay()).await.unwrap();
    house.followers.settle(patience).await.unwrap();

    let coupon = store.load::<Coupon>("k-1").await.unwrap();
    let order_id = "o-1".parse().ok();
    assert_eq!(coupon.state.status, CouponStatus::Redeemed { order_id });
    let row: (i64, i64, i64, i64) = sqlx::query_as(
        "select orders, coupon_discount_fen, paid_fen, coupons_redeemed from reporting.store_day where store_id = 's-1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(row, (1, 2_000, 10_000, 1));
    house.close().await;
}

fn place() -> OrderCommand {
    let line = CartLine {
        sku: "tea".parse().unwrap(),
        category: None,
        quantity: 2,
        unit_price_fen: Fen(6_000),
        line_promotion_fen: Fen(0),
    };
    let coupon = CartCoupon {
        coupon_id: "k-1".parse().unwrap(),
        campaign_id: "c-1".parse().unwrap(),
        terms: terms(),
    };
    OrderCommand::Place(Box::new(Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().unwrap(),
        store_id: "s-1".parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
        placed_at: noon(),
        member_id: Some("m-1".parse().unwrap()),
        guide: None,
        expires_at: None,
        pricing: Pricing::Calculated(Cart {
            lines: vec![line],
            freight_fen: Fen(0),
            order_promotions_fen: Vec::new(),
            coupons: vec![coupon],
        }),
        test: false,
    }))
}

fn pay() -> OrderCommand {
    OrderCommand::RecordPayment(RecordPayment {
        tender: Tender::Cash,
        provider: "till".to_owned(),
        transaction_id: "receipt-1".parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(10_000),
        payer_total_fen: None,
        succeeded_at: noon(),
        member_id: None,
    })
}
