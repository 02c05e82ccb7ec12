//! What an operator asks and decides: where the relay stands, and from where it shall go on.

use guanxi_event_store::EventStore;
use guanxi_event_store::follow::{Checkpoint, Identity, Mark};
use guanxi_kafka::{
    KafkaSettings, Parts, Position, PublishError, Publisher, Topic, blocking, ensure, last_published,
    read_position,
};
use serde::Serialize;
use sqlx::PgPool;

use super::lock::Lock;
use super::{NAME, VERSION, topics};
use crate::exit::{Failure, Reason};

/// Where the relay stands, by each of those who should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether a relay holds the lock.
    pub running: bool,
    /// The end of the log.
    pub head: u64,
    /// The mirror in PostgreSQL.
    pub mirrored: u64,
    /// The position topic; `None` if it is empty or missing.
    pub published: Option<u64>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Adopted {
    /// What lies behind this position is published next.
    pub position: u64,
    /// Where it stood before.
    pub before: Option<u64>,
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Fenced(_) => Self::new(Reason::Fenced, error),
            PublishError::Refused(_) => Self::new(Reason::Refused, error),
            PublishError::Transient(_) => Self::unavailable(format!("Kafka: {error}")),
        }
    }
}

/// Asks everybody.
///
/// # Errors
/// PostgreSQL or Kafka.
pub async fn standing(store: &EventStore, settings: &KafkaSettings) -> Result<Standing, Failure> {
    let running = Lock::try_take(store.pool()).await?.is_none();
    let asked = settings.clone();
    let published = blocking(move || read_position(&asked)).await?;
    Ok(Standing {
        running,
        head: store.head().await.map_err(Failure::unavailable)?.position,
        mirrored: mirror(store.pool()).await?.mark.position,
        published: published.map(|known| known.position),
    })
}

/// Lets the relay go on: from the position asked for, else from what the event topics themselves say was published
/// last. No relay may run meanwhile.
///
/// # Errors
/// A relay runs, the position is none of the log's, or PostgreSQL or Kafka.
pub async fn adopt(
    store: &EventStore,
    settings: &KafkaSettings,
    asked: Option<u64>,
    by: &str,
) -> Result<Adopted, Failure> {
    let pool = store.pool();
    let Some(_lock) = Lock::try_take(pool).await? else {
        return Err(Failure::new(Reason::Refused, "a relay is running").advise("Stop it, then adopt."));
    };
    let wanted = anew(settings, pool).await?;
    let partitions = ensure(settings, &wanted).await?;
    topics::record(pool, &wanted, &partitions).await?;
    let mirror = mirror(pool).await?;
    let position = match asked {
        Some(position) => position,
        None => found(settings).await?.unwrap_or(0).max(mirror.mark.position),
    };
    let mark = mark_of(pool, position).await?;
    let settings = settings.clone();
    let before = blocking(move || {
        let publisher = Publisher::start(&settings)?;
        let before = read_position(&settings)?;
        let position = Position {
            position: mark.position,
            chain: mark.chain,
        };
        publisher.publish(Parts::only(position))?;
        Ok(before.map(|known| known.position))
    })
    .await?;
    let mut work = pool.begin().await?;
    let put = mirror
        .next(mark)
        .insert(&mut work, &Identity::new(NAME, VERSION))
        .await;
    put.map_err(Failure::unavailable)?;
    sqlx::query("insert into relay.adoptions (position, before, adopted_by) values ($1, $2, $3)")
        .bind(signed(position))
        .bind(before.map(signed))
        .bind(by)
        .execute(&mut *work)
        .await?;
    work.commit().await?;
    Ok(Adopted { position, before })
}

/// All topics; those that are gone are made again with the partitions they had not.
async fn anew(settings: &KafkaSettings, pool: &PgPool) -> Result<Vec<Topic>, Failure> {
    let mut wanted = topics::all(settings, pool).await?;
    let gone = guanxi_kafka::missing(settings, &wanted)?;
    for topic in wanted.iter_mut().filter(|topic| gone.contains(&topic.name)) {
        topic.recorded = None;
        sqlx::query("delete from relay.topics where topic = $1")
            .bind(&topic.name)
            .execute(pool)
            .await?;
    }
    Ok(wanted)
}

async fn found(settings: &KafkaSettings) -> Result<Option<u64>, Failure> {
    let asked = settings.clone();
    let events = topics::all_of_events(settings);
    Ok(blocking(move || last_published(&asked, &events)).await?)
}

async fn mirror(pool: &PgPool) -> Result<Checkpoint, Failure> {
    let mut connection = pool.acquire().await?;
    let mirror = Checkpoint::load(&mut connection, &Identity::new(NAME, VERSION)).await;
    mirror.map_err(Failure::unavailable)
}

/// The place in the log; positions inside of a batch are none, since only batches are chained.
async fn mark_of(pool: &PgPool, position: u64) -> Result<Mark, Failure> {
    if position == 0 {
        return Ok(Mark::default());
    }
    let found: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select last, chain from log.batches where last <= $1 order by last desc limit 1")
            .bind(signed(position))
            .fetch_optional(pool)
            .await?;
    let (last, chain) = found.unwrap_or((0, vec![0; 32]));
    let last = last.unsigned_abs();
    if last != position {
        return Err(Failure::new(
            Reason::Refused,
            format!("position {position} is not the end of a batch of this log; the nearest before it is {last}"),
        )
        .advise(format!(
            "If the log was restored and consumers know of the events that were lost: guanxi relay adopt --position {last}"
        )));
    }
    let chain = chain
        .try_into()
        .map_err(|_| Failure::fault("a stored chain has not 32 bytes"))?;
    Ok(Mark { position, chain })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
