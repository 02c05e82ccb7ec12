//! A shop that sells to members: orders of a few lines, paid at once. What views and policies live on.

use std::sync::Arc;

use guanxi_domain::loyalty::Programme;
use guanxi_domain::member::{Activate, ConsentGrant, Enrol, EnrolSource, Member, MemberCommand, Purpose};
use guanxi_domain::order::{
    Cart, CartLine, GuideTerms, Order, OrderCommand, OrderKind, Place, Pricing, RecordPayment,
    RegisterPayment, Tender,
};
use guanxi_domain::{GuanxiCommand, GuanxiEvent, policy};
use guanxi_event_store::{
    CommandContext, Dispatch, Dispatcher, EventStore, Keep, Loop, MIGRATOR, MasterKey, Outcome, StoreOptions,
};
use guanxi_kernel::{BasisPoints, CommandId, Decider, Fen, Metadata, SubjectId, TimeZoneId, Timestamp};
use guanxi_views::MemberRules;
use serde::Serialize;
use sqlx::PgPool;

use crate::drive::{Failure, Side};

const MEMBERS: u64 = 500;
const GUIDES: u64 = 20;
const STORES: u64 = 10;
/// The merchant account of the shop.
pub const MCHID: &str = "1900000109";

/// A shop on a database of its own.
pub struct Shop {
    /// The log.
    pub store: EventStore,
    rules: MemberRules,
    programme: Arc<Programme>,
}

/// What an order costs.
pub fn price(order: u64) -> i64 {
    let odd = i64::try_from(order % 97).unwrap_or(0) * 130;
    8_000 + odd
}

/// Turns any error into one that ends the measure.
pub fn failed(error: impl std::fmt::Display) -> Failure {
    Failure(error.to_string())
}

impl Shop {
    /// Migrates the database and opens the log.
    pub async fn open(pool: PgPool) -> Result<Self, Failure> {
        MIGRATOR.run(&pool).await.map_err(failed)?;
        let programme = include_str!("../../../deploy/rules/loyalty.toml");
        let programme = toml::from_str::<Programme>(programme).map_err(failed)?;
        Ok(Self {
            store: EventStore::open(pool, StoreOptions::new(MasterKey::new([7; 32])))
                .await
                .map_err(failed)?,
            rules: MemberRules::shipped().map_err(failed)?,
            programme: Arc::new(programme.checked().map_err(failed)?),
        })
    }

    /// All views, and the policies too if wanted.
    pub fn followers(&self, policies: bool) -> Loop<GuanxiEvent> {
        let builder = guanxi_views::register(Loop::builder(self.store.clone()), &self.rules);
        if !policies {
            return builder.build();
        }
        let bus: Arc<dyn Dispatch<GuanxiCommand>> = Arc::new(Dispatcher::new(self.store.clone()));
        builder
            .policies(bus, |list| policy::register(list, &self.programme))
            .build()
    }

    /// Enrols all members.
    pub async fn enrol(&self) -> Result<(), Failure> {
        for member in 0..MEMBERS {
            let id = format!("m-{member}");
            let subject = SubjectId::new(format!("subject-{member}")).map_err(failed)?;
            let new = self.store.vault().new_subject(subject.clone()).map_err(failed)?;
            let enrol = MemberCommand::Enrol(Enrol {
                source: EnrolSource::Application,
                subjects: vec![subject],
                identities: Vec::new(),
                profile: Default::default(),
                store_id: None,
                channel: None,
            });
            let mut context = self.context(&format!("enrol/{id}"), &enrol)?;
            context.new_keys.push(new.stored);
            self.store
                .execute::<Member>(&id, &enrol, &context)
                .await
                .map_err(failed)?;
            let activate = MemberCommand::Activate(Activate {
                consents: vec![ConsentGrant {
                    purpose: Purpose::Membership,
                    document: "terms-1".to_owned(),
                    granted_at: Timestamp::now(),
                }],
                profile: Default::default(),
                store_id: None,
                channel: None,
            });
            self.ask::<Member>(&id, "activate", activate).await?;
        }
        Ok(())
    }

    /// Places an order and registers the payment that is to come for it.
    pub async fn place(&self, order: u64) -> Result<(), Failure> {
        let id = format!("o-{order}");
        self.ask::<Order>(&id, "place", placing(order)?).await?;
        let attempt = OrderCommand::RegisterPayment(RegisterPayment {
            provider: "wechat".to_owned(),
            mchid: MCHID.parse().map_err(failed)?,
            appid: Some("wx0123456789abcdef".to_owned()),
            out_trade_no: out_trade_no(order).parse().map_err(failed)?,
            amount_fen: Fen(price(order)),
            expires_at: None,
        });
        self.ask::<Order>(&id, "register", attempt).await.map(drop)
    }

    /// Places an order and pays it at the till; returns the last position of the payment.
    pub async fn sell(&self, order: u64) -> Result<u64, Failure> {
        let id = format!("o-{order}");
        self.ask::<Order>(&id, "place", placing(order)?).await?;
        let pay = OrderCommand::RecordPayment(RecordPayment {
            tender: Tender::Cash,
            provider: "till".to_owned(),
            transaction_id: format!("receipt-{order}").parse().map_err(failed)?,
            mchid: None,
            out_trade_no: None,
            amount_fen: Fen(price(order)),
            payer_total_fen: None,
            succeeded_at: Timestamp::now(),
            member_id: None,
        });
        self.ask::<Order>(&id, "pay", pay).await
    }

    async fn ask<D: Decider>(&self, id: &str, what: &str, command: D::Command) -> Result<u64, Failure>
    where
        D::Command: Serialize,
    {
        let context = self.context(&format!("{}/{id}/{what}", D::TYPE), &command)?;
        let answer = self
            .store
            .execute::<D>(id, &command, &context)
            .await
            .map_err(failed)?;
        Ok(match answer.outcome {
            Outcome::Appended { last, .. } => last,
            Outcome::Nothing | Outcome::Refused(_) => 0,
        })
    }

    fn context(&self, command_id: &str, command: &impl Serialize) -> Result<CommandContext, Failure> {
        let occurred_at = Timestamp::now();
        let actor: Arc<str> = Arc::from("bench");
        Ok(CommandContext {
            command_id: CommandId::new(command_id).map_err(failed)?,
            digest: self.store.digest(command),
            metadata: Metadata {
                occurred_at,
                business_date: TimeZoneId::shanghai().business_date(occurred_at),
                actor: Arc::clone(&actor),
                channel: None,
                store_id: None,
                correlation_id: actor,
                causation_id: None,
                depth: 0,
            },
            keep: Keep::Appended,
            new_keys: Vec::new(),
        })
    }
}

/// Each number is an order, placed and paid: two commands.
impl Side for Shop {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        self.sell(n).await.map(drop)
    }
}

/// The number under which an order's payment is registered.
pub fn out_trade_no(order: u64) -> String {
    format!("T{order}")
}

fn placing(order: u64) -> Result<OrderCommand, Failure> {
    let line = |sku: &str, quantity: i64, unit_price: i64| {
        Ok::<_, Failure>(CartLine {
            sku: sku.parse().map_err(failed)?,
            category: Some("drinks".parse().map_err(failed)?),
            quantity,
            unit_price_fen: Fen(unit_price),
            line_promotion_fen: Fen(0),
        })
    };
    let cart = Cart {
        lines: vec![line("tea", 2, 2_000)?, line("cup", 1, price(order) - 4_000)?],
        freight_fen: Fen(0),
        order_promotions_fen: Vec::new(),
        coupons: Vec::new(),
    };
    Ok(OrderCommand::Place(Box::new(Place {
        kind: OrderKind::Counter,
        channel: "counter".parse().map_err(failed)?,
        store_id: format!("s-{}", order % STORES).parse().map_err(failed)?,
        time_zone: TimeZoneId::shanghai(),
        placed_at: "2026-03-02T12:00:00+08:00".parse().map_err(failed)?,
        member_id: Some(format!("m-{}", order % MEMBERS).parse().map_err(failed)?),
        guide: Some(GuideTerms {
            guide_id: format!("g-{}", order % GUIDES).parse().map_err(failed)?,
            rate: BasisPoints(250),
        }),
        pricing: Pricing::Calculated(cart),
        expires_at: None,
        test: false,
    })))
}
