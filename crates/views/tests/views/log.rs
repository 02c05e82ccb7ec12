//! A log of orders, as the server's role sees it.

use std::sync::Arc;

use guanxi_domain::order::{Order, OrderCommand};
use guanxi_event_store::{CommandContext, EventStore, Keep, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Metadata, TimeZoneId, Timestamp};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

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

pub fn noon(day: &str) -> Timestamp {
    format!("{day}T12:00:00+08:00").parse().unwrap()
}

/// Gives an order a command, under the command's own name.
pub async fn command(store: &EventStore, name: &str, id: &str, day: &str, command: &OrderCommand) {
    let occurred_at = noon(day);
    let context = CommandContext {
        command_id: CommandId::new(name).unwrap(),
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
        keep: Keep::Everything,
        new_keys: Vec::new(),
    };
    store.execute::<Order>(id, command, &context).await.unwrap();
}
