//! Our side: the same rule on the same accounts through the log, with everything switched on.

use std::sync::Arc;

use guanxi_event_store::{CommandContext, EventStore, Keep, MIGRATOR, MasterKey, StoreOptions};
use guanxi_kernel::{CommandId, Metadata, TimeZoneId, Timestamp};
use sqlx::PgPool;

use crate::account::{Earn, Movement, Points};
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
    stride: u64,
    cache: Cache,
    tag: &'static str,
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
            stride: 1,
            cache,
            tag: "bench",
            actor: "bench".into(),
        })
    }
}

impl Ours {
    /// The same on every so-manieth account of a filled log, with command ids of its own.
    pub fn apart(self, stride: u64, tag: &'static str) -> Self {
        Self { stride, tag, ..self }
    }

    /// Gives an account so many events in one command.
    pub async fn fill(&self, account: u64, events: u64) -> Result<(), Failure> {
        let id = format!("fill-{account}");
        self.ask(&format!("account-{account}"), id, Movement::Fill(events))
            .await
    }

    async fn ask(&self, account: &str, id: String, command: Movement) -> Result<(), Failure> {
        let occurred_at = Timestamp::now();
        let context = CommandContext {
            command_id: CommandId::new(id).map_err(|error| Failure(error.to_string()))?,
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
        let answer = self.store.execute::<Points>(account, &command, &context).await;
        answer.map(drop).map_err(|error| Failure(error.to_string()))
    }
}

impl Side for Ours {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        let command = Earn {
            points: 10,
            order_id: format!("order-{n}"),
        };
        let account = format!("account-{}", n % self.streams * self.stride);
        if self.cache == Cache::HalfCold && n.is_multiple_of(2) {
            self.store.forget::<Points>(&account);
        }
        self.ask(&account, format!("{}-{n}", self.tag), Movement::Earn(command))
            .await
    }
}
