//! A log in the test's database, as the server's role sees it, with orders in it.

use std::sync::Arc;
use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{
    Cart, CartLine, Order, OrderCommand, OrderKind, OrderState, Place, Pricing, RegisterPayment,
};
use guanxi_domain::policy::ParkedPayment;
use guanxi_event_store::{CommandContext, Dispatcher, EventStore, Keep, Loop, MasterKey, StoreOptions};
use guanxi_kernel::{Channel, CommandId, Fen, Metadata, OrderId, StoreId, TimeZoneId, Timestamp};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

pub const MERCHANT: &str = "1234567891";

/// A handle like that of one server process; several may be opened on one database.
pub async fn open(pool: &PgPool) -> EventStore {
    let pool = PgPoolOptions::new()
        .max_connections(6)
        .after_connect(|connection, _| {
            Box::pin(async move {
                sqlx::query("set role guanxi_server").execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap();
    EventStore::open(pool, StoreOptions::new(MasterKey::new([7; 32])))
        .await
        .unwrap()
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn metadata() -> Metadata {
    let occurred_at = at("2026-03-01T10:00:00+08:00");
    Metadata {
        occurred_at,
        business_date: TimeZoneId::shanghai().business_date(occurred_at),
        actor: Arc::from("test"),
        channel: None,
        store_id: None,
        correlation_id: Arc::from("test"),
        causation_id: None,
        depth: 0,
    }
}

async fn ask(store: &EventStore, id: &str, purpose: &str, command: OrderCommand) {
    let context = CommandContext {
        command_id: CommandId::new(format!("test/{id}/{purpose}")).unwrap(),
        digest: store.digest(&purpose),
        metadata: metadata(),
        keep: Keep::Everything,
        new_keys: Vec::new(),
    };
    store.execute::<Order>(id, &command, &context).await.unwrap();
}

/// An order of one piece at the counter of a shop in New York.
pub async fn place(store: &EventStore, order: &str, price: i64) {
    let line = CartLine {
        sku: "SKU1".parse().unwrap(),
        category: None,
        quantity: 1,
        unit_price_fen: Fen(price),
        line_promotion_fen: Fen(0),
    };
    let cart = Cart {
        lines: vec![line],
        freight_fen: Fen(0),
        order_promotions_fen: Vec::new(),
        coupons: Vec::new(),
    };
    let place = Place {
        kind: OrderKind::Counter,
        channel: Channel::new("counter").unwrap(),
        store_id: StoreId::new("S1").unwrap(),
        time_zone: TimeZoneId::new("America/New_York").unwrap(),
        placed_at: at("2026-03-01T09:59:00+08:00"),
        member_id: None,
        guide: None,
        expires_at: None,
        pricing: Pricing::Calculated(cart),
        test: false,
    };
    ask(store, order, "place", OrderCommand::Place(Box::new(place))).await;
}

/// Announces the attempt `<order>` or a further one.
pub async fn register(store: &EventStore, order: &str, out_trade_no: &str, amount: i64) {
    let attempt = RegisterPayment {
        provider: "wechat".to_owned(),
        mchid: MERCHANT.parse().unwrap(),
        appid: Some("wx1".to_owned()),
        out_trade_no: out_trade_no.parse().unwrap(),
        amount_fen: Fen(amount),
        expires_at: None,
    };
    ask(store, order, out_trade_no, OrderCommand::RegisterPayment(attempt)).await;
}

pub async fn order(store: &EventStore, id: &str) -> OrderState {
    OrderState::clone(&store.load::<Order>(id).await.unwrap().state)
}

/// How many events of this name the log holds.
pub async fn count(store: &EventStore, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from log.events where event_type = $1")
        .bind(event_type)
        .fetch_one(store.pool())
        .await
        .unwrap()
}

/// Runs the policy that hands parked money to its order, until it has nothing left to do.
pub async fn settle(store: &EventStore) {
    let rules = Arc::new(Dispatcher::new(store.clone()));
    let followers = Loop::<GuanxiEvent>::builder(store.clone())
        .policy(ParkedPayment, rules)
        .build();
    followers.prepare().await.unwrap();
    let running = followers.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(async move { running.run(async { drop(stopped.await) }).await });
    followers.settle(Duration::from_secs(30)).await.unwrap();
    drop(stop);
    task.await.unwrap();
}

pub fn order_id(text: &str) -> OrderId {
    text.parse().unwrap()
}
