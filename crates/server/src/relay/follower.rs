//! The relay as a follower: what it holds, and in which order it takes it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use guanxi_domain::GuanxiEvent;
use guanxi_event_store::follow::{Batch, Checkpoint, Identity, Mark};
use guanxi_event_store::{EventStore, FollowError, Follower, Loop};
use guanxi_kafka::{
    Giver, KafkaSettings, Position, PublishError, Publisher, blocking, ensure, parts, read_position,
};
use sqlx::PgPool;
use tokio::time::sleep;

use super::lock::Lock;
use super::newest::Newest;
use super::run::Ended;
use super::{NAME, VERSION, telling, topics};
use crate::feed;

/// How often a standby looks whether the lock is free.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
const ADOPT: &str = "Look why, then let it go on: docs/runbooks/relay.md, guanxi relay adopt";

/// Publishes what lies behind the position that Kafka knows.
pub(super) struct RelayFollower {
    store: EventStore,
    settings: Arc<KafkaSettings>,
    /// Those whose topics are filled.
    views: Option<Loop<GuanxiEvent>>,
    ended: Arc<Mutex<Option<Ended>>>,
    lock: Option<Lock>,
    publisher: Option<Arc<Publisher>>,
    newest: Newest,
}

impl RelayFollower {
    pub(super) fn new(
        store: EventStore,
        settings: Arc<KafkaSettings>,
        views: Option<Loop<GuanxiEvent>>,
        ended: Arc<Mutex<Option<Ended>>>,
    ) -> Self {
        Self {
            store,
            settings,
            views,
            ended,
            lock: None,
            publisher: None,
            newest: Newest::default(),
        }
    }

    /// Ends the relay for a reason that a person or the other relay must know of.
    fn end(&self, ended: Ended) -> FollowError {
        let text = ended.to_string();
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(ended);
        FollowError::Fault(text)
    }

    fn failed(&mut self, error: PublishError) -> FollowError {
        // Whatever it was: the next publisher fences this one and reads what was committed.
        self.publisher = None;
        match error {
            PublishError::Fenced(why) => self.end(Ended::Fenced(why)),
            PublishError::Refused(why) => self.end(Ended::Refused(why)),
            PublishError::Transient(why) => FollowError::Transient(why),
        }
    }

    /// Waits for the lock as standby. A lock that was held and is lost to another ends this relay.
    async fn take_lock(&mut self) -> Result<(), FollowError> {
        let had = match &self.lock {
            Some(lock) if !lock.is_lost() => return Ok(()),
            lock => lock.is_some(),
        };
        self.lock = None;
        let mut told = false;
        loop {
            self.lock = Lock::try_take(self.store.pool()).await?;
            if self.lock.is_some() {
                tracing::info!("this relay publishes");
                return Ok(());
            }
            if had {
                return Err(self.end(Ended::Fenced("its session lock went to another relay".to_owned())));
            }
            if !told {
                tracing::info!("another relay publishes; this one stands by");
                told = true;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// A lock that was lost is taken again, and then everything begins anew.
    async fn keep_lock(&mut self) -> Result<(), FollowError> {
        if self.lock.as_ref().is_some_and(|lock| !lock.is_lost()) {
            return Ok(());
        }
        self.take_lock().await?;
        Err(FollowError::Transient(
            "the session lock was lost and taken again".to_owned(),
        ))
    }

    /// Where to go on: as Kafka says, if the mirror and the log agree.
    async fn agreed(&self, known: Option<Position>) -> Result<Checkpoint, FollowError> {
        let who = self.identity();
        let mirror = {
            let mut connection = self.store.pool().acquire().await?;
            Checkpoint::load(&mut connection, &who).await?
        };
        let mirrored = mirror.mark.position;
        let Some(known) = known else {
            return match mirrored {
                0 => Ok(mirror),
                _ => Err(self.end(Ended::Refused(format!(
                    "the position topic {} is empty, but events up to position {mirrored} were published. {ADOPT}",
                    self.settings.position_topic()
                )))),
            };
        };
        if known.position < mirrored {
            return Err(self.end(Ended::Refused(format!(
                "the position topic {} says {}, but events up to position {mirrored} were published. {ADOPT}",
                self.settings.position_topic(),
                known.position
            ))));
        }
        if known.position > 0 && chain_at(self.store.pool(), known.position).await? != Some(known.chain) {
            return Err(self.end(Ended::Refused(format!(
                "the log does not continue what was published last, position {}: it was restored from an older \
                 backup, or it is another log. {ADOPT}",
                known.position
            ))));
        }
        Ok(mirror.carried(Mark {
            position: known.position,
            chain: known.chain,
        }))
    }

    /// Makes the messages of a batch and publishes them meanwhile.
    async fn publish(&mut self, batch: &Batch<GuanxiEvent>) -> Result<(), FollowError> {
        let Some(publisher) = self.publisher.clone() else {
            return Err(FollowError::Transient("there is no producer".to_owned()));
        };
        let (giver, parts) = parts();
        let publishing = blocking(move || publisher.publish(parts));
        let (made, published) = tokio::join!(self.give(batch, giver), publishing);
        // What could not be made leaves a transaction without an end, which the publisher only knows to be unfinished.
        made.and_then(|()| published.map_err(|error| self.failed(error)))
    }

    async fn give(&mut self, batch: &Batch<GuanxiEvent>, to: Giver) -> Result<(), FollowError> {
        telling::give(&self.settings, &self.store, &mut self.newest, batch, &to).await?;
        if let Some(views) = &self.views {
            telling::give_feeds(&self.settings, views, batch, &to).await?;
        }
        let Mark { position, chain } = batch.last();
        to.end(Position { position, chain }).await;
        Ok(())
    }
}

#[async_trait]
impl Follower for RelayFollower {
    type Event = GuanxiEvent;

    fn identity(&self) -> Identity {
        Identity::new(NAME, VERSION)
    }

    async fn resume(&mut self) -> Result<Checkpoint, FollowError> {
        self.publisher = None;
        self.newest = Newest::default();
        self.take_lock().await?;
        let pool = self.store.pool().clone();
        let mut wanted = topics::all(&self.settings, &pool).await?;
        if let Some(views) = &self.views {
            wanted.extend(feed::topics(&self.settings, views));
        }
        let partitions = ensure(&self.settings, &wanted)
            .await
            .map_err(|error| self.failed(error))?;
        topics::record(&pool, &wanted, &partitions).await?;
        let settings = Arc::clone(&self.settings);
        let started = blocking(move || {
            let publisher = Publisher::start(&settings)?;
            Ok((publisher, read_position(&settings)?))
        });
        let (publisher, known) = started.await.map_err(|error| self.failed(error))?;
        let at = self.agreed(known).await?;
        self.publisher = Some(Arc::new(publisher));
        tracing::info!(position = at.mark.position, "publishing goes on from here");
        Ok(at)
    }

    /// A transaction costs the brokers some 20 ms, however much it holds.
    fn batch_size(&self) -> usize {
        16_384
    }

    async fn work(
        &mut self,
        batch: &Batch<GuanxiEvent>,
        from: &Checkpoint,
    ) -> Result<Checkpoint, FollowError> {
        self.keep_lock().await?;
        self.publish(batch).await?;
        // Kafka holds the position; the mirror in PostgreSQL may come later, and the loop writes it.
        Ok(from.carried(batch.last()))
    }

    async fn idle(&mut self) -> Result<(), FollowError> {
        self.keep_lock().await
    }
}

async fn chain_at(pool: &PgPool, position: u64) -> Result<Option<[u8; 32]>, FollowError> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    let chain: Option<Vec<u8>> = sqlx::query_scalar("select chain from log.batches where last = $1")
        .bind(position)
        .fetch_optional(pool)
        .await?;
    Ok(chain.and_then(|chain| chain.try_into().ok()))
}
