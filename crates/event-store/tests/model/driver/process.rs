//! A process that appends: a store on a runtime and a wire of its own, which can die.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use guanxi_event_store::{Answer, EventStore, ExecuteError, MasterKey, Outcome, StoreOptions, pool_options};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::piece::{Piece, context};
use super::wire::Wire;
use crate::world::Ask;

/// What clients were told: the position of the event, or no.
pub type Told = Arc<Mutex<BTreeMap<usize, Option<u64>>>>;

pub struct Process {
    threads: Threads,
    store: EventStore,
    pub wire: Wire,
    clients: BTreeMap<usize, JoinHandle<()>>,
}

/// A process' threads: one that works, as few as there can be. They end with it.
pub struct Threads(Option<Runtime>);

impl Threads {
    pub fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        Self(Some(builder.worker_threads(1).enable_all().build().unwrap()))
    }

    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.0.as_ref().unwrap().spawn(task)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for them is not allowed where a test runs, and nobody need wait for the dead.
        self.0.take().unwrap().shutdown_background();
    }
}

pub fn options() -> StoreOptions {
    StoreOptions {
        // Whatever waits goes beside the group that is under way.
        beside: 1,
        ..StoreOptions::new(MasterKey::new([7; 32]))
    }
}

impl Process {
    pub async fn start(database: &PgConnectOptions, changed: &watch::Sender<u64>) -> Self {
        let upstream = (database.get_host().to_owned(), database.get_port());
        let wire = Wire::open(upstream, changed.clone()).await;
        let connect = database
            .clone()
            .host("127.0.0.1")
            .port(wire.port)
            .ssl_mode(PgSslMode::Disable);
        let threads = Threads::start();
        let opened = threads.spawn(async move {
            let pool = pool_options()
                .max_connections(4)
                .connect_with(connect)
                .await
                .unwrap();
            EventStore::open(pool, options()).await.unwrap()
        });
        Self {
            store: opened.await.unwrap(),
            threads,
            wire,
            clients: BTreeMap::new(),
        }
    }

    /// A client sends a command and waits.
    pub fn ask(
        &mut self,
        id: String,
        stream: String,
        (client, ask): (usize, Ask),
        told: Told,
        changed: watch::Sender<u64>,
    ) {
        let store = self.store.clone();
        let waits = self.threads.spawn(async move {
            let context = context(&store, &id, ask.change);
            let answer = match store.execute::<Piece>(&stream, &ask.change, &context).await {
                Ok(Answer {
                    outcome: Outcome::Appended { first, last },
                    ..
                }) if first == last => Some(first),
                Err(ExecuteError::Refused(_)) => None,
                other => unreachable!("{id}: {other:?}"),
            };
            told.lock().unwrap().insert(client, answer);
            changed.send_modify(|count| *count += 1);
        });
        self.clients.insert(client, waits);
    }

    /// A client goes.
    pub async fn leave(&mut self, client: usize) {
        let waits = self.clients.remove(&client).unwrap();
        waits.abort();
        drop(waits.await);
    }

    /// Dies as by -9: its tasks run no further, its connections are gone.
    pub async fn die(self) {
        drop((self.store, self.threads));
        self.wire.close().await;
    }
}
