//! A shop that sells: each order with a coupon, a guide and a member, paid at once.

use std::sync::Arc;

use guanxi_domain::coupon::{
    Coupon, CouponCommand, CouponKind, CouponTerms, Funder, GoodsScope, IssueCoupon, ReserveCoupon,
    ValidityWindow,
};
use guanxi_domain::member::{Activate, ConsentGrant, Enrol, EnrolSource, Member, MemberCommand, Purpose};
use guanxi_domain::order::{
    Cart, CartCoupon, CartLine, GuideTerms, Order, OrderCommand, OrderKind, Place, Pricing, RecordPayment,
    Tender,
};
use guanxi_event_store::{CommandContext, EventStore, Keep, MasterKey, StoreOptions};
use guanxi_kernel::{BasisPoints, CommandId, Decider, Fen, Metadata, SubjectId, TimeZoneId, Timestamp};
use jiff::SignedDuration;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::MASTER_KEY;

const MEMBERS: usize = 20;
const GUIDES: usize = 5;
/// Buyers at once.
const TILLS: usize = 4;
/// In ten-thousandths.
pub const COMMISSION: i64 = 250;
const OFF: i64 = 2_000;

#[derive(Clone)]
pub struct Shop {
    pub store: EventStore,
    allowed: Arc<Semaphore>,
    pub opened_at: Timestamp,
}

/// What the order's goods cost after the coupon.
pub fn price(order: usize) -> i64 {
    10_000 + i64::try_from(order % 97).unwrap() * 131
}

impl Shop {
    /// A shop with members, over a handle of its own on the log.
    pub async fn open(pool: &PgPool) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    sqlx::query("set role guanxi_server").execute(connection).await?;
                    Ok(())
                })
            })
            .connect_with((*pool.connect_options()).clone())
            .await
            .unwrap();
        let options = StoreOptions::new(MasterKey::new(MASTER_KEY));
        let shop = Self {
            store: EventStore::open(pool, options).await.unwrap(),
            allowed: Arc::new(Semaphore::new(0)),
            opened_at: Timestamp::now(),
        };
        for member in 0..MEMBERS {
            shop.activate(member).await;
        }
        shop
    }

    /// Lets that many more buyers in.
    pub fn allow(&self, orders: usize) {
        self.allowed.add_permits(orders);
    }

    /// Sells until that many orders are paid.
    pub async fn sell(self, orders: usize) {
        let mut tills = JoinSet::new();
        for till in 0..TILLS {
            let shop = self.clone();
            tills.spawn(async move {
                for order in (till..orders).step_by(TILLS) {
                    shop.allowed.acquire().await.unwrap().forget();
                    shop.order(order).await;
                }
            });
        }
        while let Some(till) = tills.join_next().await {
            till.unwrap();
        }
    }

    async fn activate(&self, member: usize) {
        let subject = SubjectId::new(format!("subject-{member}")).unwrap();
        let new = self.store.vault().new_subject(subject.clone()).unwrap();
        let enrol = MemberCommand::Enrol(Enrol {
            source: EnrolSource::Application,
            subjects: vec![subject],
            identities: Vec::new(),
            profile: Default::default(),
            store_id: None,
            channel: None,
        });
        let id = format!("m-{member}");
        let mut context = self.context(&format!("enrol/{id}"));
        context.new_keys.push(new.stored);
        self.store.execute::<Member>(&id, &enrol, &context).await.unwrap();
        let activate = MemberCommand::Activate(Activate {
            consents: vec![ConsentGrant {
                purpose: Purpose::Membership,
                document: "terms-1".to_owned(),
                granted_at: self.opened_at,
            }],
            profile: Default::default(),
            store_id: None,
            channel: None,
        });
        self.ask::<Member>(&id, "activate", activate).await;
    }

    async fn order(&self, order: usize) {
        let (id, coupon) = (format!("o-{order}"), format!("k-{order}"));
        let issue = CouponCommand::IssueCoupon(IssueCoupon {
            campaign_id: "c-1".parse().unwrap(),
            member_id: member(order).parse().unwrap(),
            terms: terms(),
            validity: ValidityWindow {
                from: self.opened_at,
                until: self.opened_at + SignedDuration::from_hours(30 * 24),
            },
            channel: None,
            time_zone: TimeZoneId::shanghai(),
        });
        self.ask::<Coupon>(&coupon, "issue", issue).await;
        let reserve = CouponCommand::ReserveCoupon(ReserveCoupon {
            order_id: id.parse().unwrap(),
            member_id: member(order).parse().unwrap(),
            reserved_at: self.opened_at,
        });
        self.ask::<Coupon>(&coupon, "reserve", reserve).await;
        let place = OrderCommand::Place(Box::new(self.place(order)));
        self.ask::<Order>(&id, "place", place).await;
        let pay = OrderCommand::RecordPayment(RecordPayment {
            tender: Tender::Cash,
            provider: "till".to_owned(),
            transaction_id: format!("receipt-{order}").parse().unwrap(),
            mchid: None,
            out_trade_no: None,
            amount_fen: Fen(price(order)),
            payer_total_fen: None,
            succeeded_at: self.opened_at,
            member_id: None,
        });
        self.ask::<Order>(&id, "pay", pay).await;
    }

    fn place(&self, order: usize) -> Place {
        let line = CartLine {
            sku: "tea".parse().unwrap(),
            category: None,
            quantity: 1,
            unit_price_fen: Fen(price(order) + OFF),
            line_promotion_fen: Fen(0),
        };
        let coupon = CartCoupon {
            coupon_id: format!("k-{order}").parse().unwrap(),
            campaign_id: "c-1".parse().unwrap(),
            terms: terms(),
        };
        Place {
            kind: OrderKind::GuideAssisted,
            channel: "counter".parse().unwrap(),
            store_id: "s-1".parse().unwrap(),
            time_zone: TimeZoneId::shanghai(),
            placed_at: self.opened_at,
            member_id: Some(member(order).parse().unwrap()),
            guide: Some(GuideTerms {
                guide_id: format!("g-{}", order % GUIDES).parse().unwrap(),
                rate: BasisPoints(u32::try_from(COMMISSION).unwrap()),
            }),
            pricing: Pricing::Calculated(Cart {
                lines: vec![line],
                freight_fen: Fen(0),
                order_promotions_fen: Vec::new(),
                coupons: vec![coupon],
            }),
            expires_at: None,
            test: false,
        }
    }

    async fn ask<D: Decider>(&self, id: &str, purpose: &str, command: D::Command)
    where
        D::Command: Serialize,
    {
        let context = self.context(&format!("{purpose}/{id}"));
        self.store.execute::<D>(id, &command, &context).await.unwrap();
    }

    pub fn context(&self, name: &str) -> CommandContext {
        CommandContext {
            command_id: CommandId::new(format!("test/{name}")).unwrap(),
            digest: self.store.digest(&name),
            metadata: Metadata {
                occurred_at: self.opened_at,
                business_date: TimeZoneId::shanghai().business_date(self.opened_at),
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
}

fn member(order: usize) -> String {
    format!("m-{}", order % MEMBERS)
}

fn terms() -> CouponTerms {
    CouponTerms {
        kind: CouponKind::Normal { off_fen: Fen(OFF) },
        goods: GoodsScope::All,
        threshold_fen: Fen(10_000),
        funder: Funder::Us,
    }
}
