//! A worker of the follower: the loop with a follower that stands still between reading and writing.

use async_trait::async_trait;
use guanxi_event_store::follow::{Batch, Checkpoint, Identity};
use guanxi_event_store::{EventStore, FollowError, Follower, Loop, pool_options};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::piece::Pieces;
use super::process::{Threads, options};

/// What it has read: on which checkpoint, and which positions.
pub type Work = (u8, Vec<u8>);

pub struct Worker {
    threads: Threads,
    go: oneshot::Sender<()>,
    saved: UnboundedReceiver<bool>,
}

impl Worker {
    /// Starts, and has read something when this returns.
    pub async fn read(database: &PgConnectOptions) -> (Self, Work) {
        let threads = Threads::start();
        let (tell, mut told) = unbounded_channel();
        let (tell_saved, saved) = unbounded_channel();
        let (go, goes) = oneshot::channel();
        let goes = std::sync::Mutex::new(Some(goes));
        let database = database.clone();
        threads.spawn(async move {
            let pool = pool_options()
                .max_connections(6)
                .connect_with(database)
                .await
                .unwrap();
            let store = EventStore::open(pool, options()).await.unwrap();
            let make = move |store: EventStore| -> Box<dyn Follower<Event = Pieces>> {
                Box::new(Stands {
                    pool: store.pool().clone(),
                    who: Identity::new("model", 1),
                    tell: tell.clone(),
                    goes: goes.lock().unwrap().take(),
                    saved: tell_saved.clone(),
                })
            };
            let looping = Loop::builder(store).follower("model", 1, make).build();
            looping.run(std::future::pending()).await;
        });
        let work = told.recv().await.unwrap();
        (Self { threads, go, saved }, work)
    }

    /// Lets it write; whether it could.
    pub async fn save(mut self) -> bool {
        self.go.send(()).unwrap();
        self.saved.recv().await.unwrap()
    }

    /// Dies.
    pub fn die(self) {
        drop(self.threads);
    }
}

struct Stands {
    pool: PgPool,
    who: Identity,
    tell: UnboundedSender<Work>,
    goes: Option<oneshot::Receiver<()>>,
    saved: UnboundedSender<bool>,
}

#[async_trait]
impl Follower for Stands {
    type Event = Pieces;

    fn identity(&self) -> Identity {
        self.who.clone()
    }

    async fn resume(&mut self) -> Result<Checkpoint, FollowError> {
        Checkpoint::load(&mut *self.pool.acquire().await?, &self.who).await
    }

    async fn work(&mut self, batch: &Batch<Pieces>, from: &Checkpoint) -> Result<Checkpoint, FollowError> {
        // A worker does one batch in its life.
        let Some(goes) = self.goes.take() else {
            return std::future::pending().await;
        };
        let positions: Vec<u8> = batch
            .events()
            .map(|event| u8::try_from(event.position).unwrap())
            .collect();
        let number = u8::try_from(from.number).unwrap();
        self.tell.send((number, positions.clone())).unwrap();
        drop(goes.await);
        let next = from.next(batch.last());
        let mut work = self.pool.begin().await?;
        let inserted = next.insert(&mut work, &self.who).await;
        if let Err(FollowError::Superseded) = inserted {
            self.saved.send(false).unwrap();
        }
        inserted?;
        for position in positions {
            sqlx::query("insert into public.followed (position) values ($1)")
                .bind(i64::from(position))
                .execute(&mut *work)
                .await?;
        }
        work.commit().await?;
        self.saved.send(true).unwrap();
        Ok(next)
    }
}
