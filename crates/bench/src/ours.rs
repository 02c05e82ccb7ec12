//! Our side: the same rule on the same accounts through the log, with everything switched on.

use std::sync::Arc;

use guanxi_event_store::{CommandContext, EventStore, Keep, MIGRATOR, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Metadata, TimeZoneId, Timestamp};
use sqlx::PgPool;

use crate::account::{Earn, Points};
use crate::drive::{Failure, Side};
use crate::measure::Error;

/// Whether commands find the state of their stream in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// All do.
    Warm,
    /// Every second one must load it first.
    HalfCold,
}

/// Our program.
pub struct Ours {
    store: EventStore,
    streams: u64,
    cache: Cache,
    actor: Arc<str>,
}

impl Ours {
    /// Migrates the database and opens the log.
    pub async fn new(pool: PgPool, streams: u64, cache: Cache) -> Result<Self, Error> {
        MIGRATOR.run(&pool).await?;
        let store = EventStore::open(pool, StoreOptions::new(MasterKey::new([7; 32])))
            .await
            .map_err(|error| Failure(error.to_string()))?;
        Ok(Self {
            store,
            streams,
            cache,
            actor: "bench".into(),
        })
    }
}

impl Side for Ours {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        let command = Earn {
            points: 10,
            order_id: format!("order-{n}"),
        };
        let account = format!("account-{}", n % self.streams);
        if self.cache == Cache::HalfCold && n.is_multiple_of(2) {
            self.store.forget::<Points>(&account);
        }
        let occurred_at = Timestamp::now();
        let context = CommandContext {
            command_id: CommandId::new(format!("bench-{n}")).map_err(|error| Failure(error.to_string()))?,
            digest: self.store.digest(&command),
            metadata: Metadata {
                occurred_at,
                business_date: TimeZoneId::shanghai().business_date(occurred_at),
                actor: Arc::clone(&self.actor),
                channel: None,
                store_id: None,
                correlation_id: Arc::clone(&self.actor),
                causation_id: None,
                depth: 0,
            },
            keep: Keep::Appended,
            new_keys: Vec::new(),
        };
        let answer = self.store.execute::<Points>(&account, &command, &context).await;
        answer.map(drop).map_err(|error| Failure(error.to_string()))
    }
}
