//! States kept beside the log, so that long streams load fast. Nothing depends on them: one that is missing, broken or
//! made for another shape of the state is passed over, and the events are read.

use std::any::type_name;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use guanxi_kernel::{Decider, StreamRef};
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::execute::Cached;

/// So many events read for one state are reason enough to keep it.
const WORTH_IT: usize = 64;
/// Snapshots being written at once; beyond that one is left out, and taken at a later load.
const AT_ONCE: usize = 2;

const KEEP: &str = "
    with older as (
        delete from log.snapshots
         where aggregate_type = $1 and aggregate_id = $2 and schema <> $3
           and taken_at < clock_timestamp() - interval '7 days'
    )
    insert into log.snapshots as s (aggregate_type, aggregate_id, schema, sequence, state)
    values ($1, $2, $3, $4, $5::json)
    on conflict (aggregate_type, aggregate_id, schema) do update
       set sequence = excluded.sequence, state = excluded.state, taken_at = clock_timestamp()
     where s.sequence < excluded.sequence";

/// Writes snapshots, beside the work and never in its way.
pub(crate) struct Snapshots {
    pool: PgPool,
    permits: Arc<Semaphore>,
}

impl Snapshots {
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Keeps a state that took `read` events to build, if that was many.
    pub fn offer<D: Decider>(&self, stream: &StreamRef, cached: &Cached<D::State>, read: usize) {
        if read < WORTH_IT {
            return;
        }
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return;
        };
        let (pool, stream, cached) = (self.pool.clone(), stream.clone(), cached.clone());
        tokio::spawn(async move {
            let _permit = permit;
            if let Err(error) = keep::<D>(&pool, &stream, &cached).await {
                tracing::debug!(%error, aggregate_type = D::TYPE, "a snapshot was not kept");
            }
        });
    }
}

async fn keep<D: Decider>(
    pool: &PgPool,
    stream: &StreamRef,
    cached: &Cached<D::State>,
) -> Result<(), sqlx::Error> {
    let state = serde_json::to_string(&*cached.state).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(KEEP)
        .bind(stream.aggregate_type.as_ref())
        .bind(stream.aggregate_id.as_ref())
        .bind(schema::<D>())
        .bind(i64::try_from(cached.sequence).unwrap_or(i64::MAX))
        .bind(state)
        .execute(pool)
        .await?;
    Ok(())
}

/// Names the shape of a decider's state: the fields of an empty one, its type, and this program's version. A change of
/// any of them leaves the old snapshots aside.
pub(crate) fn schema<D: Decider>() -> String {
    let empty = serde_json::to_string(&D::State::default()).unwrap_or_default();
    let shape = [
        D::TYPE,
        type_name::<D::State>(),
        &empty,
        env!("CARGO_PKG_VERSION"),
    ]
    .join("\n");
    hex::encode(digest(&SHA256, shape.as_bytes()))
}
