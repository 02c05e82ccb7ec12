//! Guides, their members and what they earn, and the coupons of their sales: by the clock, over all streams.

use std::sync::Arc;
use std::time::Duration;

use guanxi_domain::coupon::{
    Coupon, CouponCommand, CouponKind, CouponTerms, Funder, GoodsScope, IssueCoupon, ReserveCoupon,
    ValidityWindow,
};
use guanxi_domain::guide::{Bind, GuideCommand, GuideRelationship, SettleCommission};
use guanxi_domain::handover::{Handover, HandoverCommand, Resign};
use guanxi_domain::order::{
    Cart, CartCoupon, CartLine, GuideTerms, Order, OrderCommand, OrderKind, Place, Pricing, RecordPayment,
    RecordRefund, RefundStatus, Tender,
};
use guanxi_event_store::{Clock, CommandContext, EventStore, Keep};
use guanxi_kernel::{BasisPoints, CommandId, Decider, Fen, Metadata, TimeZoneId, Timestamp};
use serde::Serialize;
use sqlx::PgPool;

use crate::house::House;

const PATIENCE: Duration = Duration::from_secs(60);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn ask<D: Decider>(store: &EventStore, id: &str, purpose: &str, command: D::Command)
where
    D::Command: Serialize,
{
    let occurred_at = at("2026-03-02T04:00:00Z");
    let context = CommandContext {
        command_id: CommandId::new(format!("{}/{id}/{purpose}", D::TYPE)).unwrap(),
        digest: store.digest(&command),
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
    };
    store.execute::<D>(id, &command, &context).await.unwrap();
}

async fn clock(house: &House, now: &str) {
    house
        .followers
        .set_clock(Clock::Watermark(at(now)), PATIENCE)
        .await
        .unwrap();
    house.followers.settle(PATIENCE).await.unwrap();
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_guide_resigns_and_a_day_later_another_serves_all_her_members(pool: PgPool) {
    let house = House::open(&pool).await;
    let store = &house.store;
    clock(&house, "2026-03-02T04:00:00Z").await;
    for number in 0..101 {
        let bind = GuideCommand::Bind(Bind {
            guide_id: "g-1".parse().unwrap(),
            member_id: format!("m-{number:03}").parse().unwrap(),
            store_id: None,
            exclusive: true,
            bound_at: at("2026-03-01T04:00:00Z"),
            expires_at: None,
            handed_over: None,
        });
        ask::<GuideRelationship>(store, &format!("g-1/m-{number:03}"), "bind", bind).await;
    }
    let resign = HandoverCommand::Resign(Resign {
        guide_id: "g-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        resigned_at: at("2026-03-02T04:00:00Z"),
    });
    ask::<Handover>(store, "leaving", "resign", resign).await;
    house.followers.settle(PATIENCE).await.unwrap();
    let calls: Vec<i64> = sqlx::query_scalar(
        "select json_array_length(payload -> 'members')::bigint from log.events
          where event_type = 'handover.called.v1' order by 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(calls, [1, 100]);
    let standing = || async {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select guide_id, standing, count(*) from reporting.guide_members group by 1, 2 order by 1, 2",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        rows
    };
    let row = |guide: &str, standing: &str| (guide.to_owned(), standing.to_owned(), 101);
    assert_eq!(standing().await, [row("g-1", "handover_requested")]);
    clock(&house, "2026-03-03T04:00:00Z").await;
    assert_eq!(standing().await, [row("g-1", "handed_over"), row("g-2", "bound")]);
    house.close().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn commission_and_coupon_of_a_sale_that_comes_back_after_the_window(pool: PgPool) {
    let house = House::open(&pool).await;
    let store = &house.store;
    clock(&house, "2026-03-02T04:00:00Z").await;
    sell(store).await;
    clock(&house, "2026-03-09T15:59:59Z").await;
    assert_eq!(statement(&pool, "2026-03").await, (500, 0, 0, 0, 0));
    clock(&house, "2026-03-09T16:00:00Z").await;
    assert_eq!(statement(&pool, "2026-03").await, (500, 500, 0, 0, 500));
    let settle = GuideCommand::SettleCommission(SettleCommission {
        settlement_no: "2026-03".parse().unwrap(),
        settled_at: at("2026-03-31T04:00:00Z"),
        business_date: "2026-03-31".parse().unwrap(),
    });
    ask::<GuideRelationship>(store, "g-1/m-1", "settle", settle).await;
    ask::<Order>(store, "o-1", "refund", refund()).await;
    house.followers.settle(PATIENCE).await.unwrap();
    assert_eq!(statement(&pool, "2026-03").await, (500, 500, 0, 500, 0));
    assert_eq!(statement(&pool, "2026-04").await, (0, 0, 500, 0, -500));
    let coupon: Vec<String> = sqlx::query_scalar(
        "select event_type from log.events where aggregate_type = 'coupon' order by sequence",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(
        coupon,
        [
            "coupon.issued.v1",
            "coupon.reserved.v1",
            "coupon.redeemed.v1",
            "coupon.returned.v1",
            "coupon.expired.v1"
        ]
    );
    let funnel: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "select issued, reserved, redeemed, returned, expired from reporting.coupon_funnel where campaign_id = 'c-1'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(funnel, (1, 1, 1, 1, 1));
    house.close().await;
}

/// Accrued, payable, reversed, settled, balance of guide g-1.
async fn statement(pool: &PgPool, month: &str) -> (i64, i64, i64, i64, i64) {
    sqlx::query_as(
        "select accrued_fen, payable_fen, reversed_fen, settled_fen, balance_fen
           from reporting.commission_statement where guide_id = 'g-1' and month = $1",
    )
    .bind(month)
    .fetch_one(pool)
    .await
    .unwrap()
}

fn terms() -> CouponTerms {
    CouponTerms {
        kind: CouponKind::Normal { off_fen: Fen(2_000) },
        goods: GoodsScope::All,
        threshold_fen: Fen(0),
        funder: Funder::Us,
    }
}

/// A sale of 100.00 by a guide at 5 %, with a coupon that is valid for a week.
async fn sell(store: &EventStore) {
    let issue = CouponCommand::IssueCoupon(IssueCoupon {
        campaign_id: "c-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        terms: terms(),
        validity: ValidityWindow {
            from: at("2026-03-01T16:00:00Z"),
            until: at("2026-03-08T16:00:00Z"),
        },
        channel: None,
        time_zone: TimeZoneId::shanghai(),
    });
    ask::<Coupon>(store, "k-1", "issue", issue).await;
    let reserve = CouponCommand::ReserveCoupon(ReserveCoupon {
        order_id: "o-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        reserved_at: at("2026-03-02T04:00:00Z"),
    });
    ask::<Coupon>(store, "k-1", "reserve", reserve).await;
    let place = OrderCommand::Place(Box::new(Place {
        kind: OrderKind::GuideAssisted,
        channel: "counter".parse().unwrap(),
        store_id: "s-1".parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
        placed_at: at("2026-03-02T04:00:00Z"),
        member_id: Some("m-1".parse().unwrap()),
        guide: Some(GuideTerms {
            guide_id: "g-1".parse().unwrap(),
            rate: BasisPoints(500),
        }),
        expires_at: None,
        pricing: Pricing::Calculated(Cart {
            lines: vec![CartLine {
                sku: "tea".parse().unwrap(),
                category: None,
                quantity: 2,
                unit_price_fen: Fen(6_000),
                line_promotion_fen: Fen(0),
            }],
            freight_fen: Fen(0),
            order_promotions_fen: Vec::new(),
            coupons: vec![CartCoupon {
                coupon_id: "k-1".parse().unwrap(),
                campaign_id: "c-1".parse().unwrap(),
                terms: terms(),
            }],
        }),
        test: false,
    }));
    ask::<Order>(store, "o-1", "place", place).await;
    let pay = OrderCommand::RecordPayment(RecordPayment {
        tender: Tender::Cash,
        provider: "till".to_owned(),
        transaction_id: "receipt-1".parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(10_000),
        payer_total_fen: None,
        succeeded_at: at("2026-03-02T04:00:00Z"),
        member_id: None,
    });
    ask::<Order>(store, "o-1", "pay", pay).await;
}

/// All of it goes back, in April.
fn refund() -> OrderCommand {
    OrderCommand::RecordRefund(RecordRefund {
        provider: "till".to_owned(),
        refund_id: "back-1".parse().unwrap(),
        out_refund_no: "back-1".parse().unwrap(),
        transaction_id: "receipt-1".parse().unwrap(),
        mchid: None,
        out_trade_no: None,
        amount_fen: Fen(10_000),
        payer_refund_fen: None,
        status: RefundStatus::Succeeded,
        succeeded_at: Some(at("2026-04-02T04:00:00Z")),
    })
}
