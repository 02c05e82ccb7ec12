//! A view built anew beside the live one, compared with it, and swapped in.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::{Connection, PgConnection, PgPool, Postgres, Row, Transaction};
use tokio::time::{Instant, sleep};

use super::View;
use super::canonical::{canonical, row_hash};
use super::engine::ViewFollower;
use super::publish::{self, forget, is_locked, point, served};
use super::second::Second;
use super::table::Tables;
use crate::follow::parking::parked_keys;
use crate::follow::{Batch, Checkpoint, FollowError, Follower as _, Identity, read_segment};

/// How a rebuild shall go.
#[derive(Debug, Clone, Copy)]
pub struct RebuildOptions {
    /// Swap even though the checksums differ: the new rows are what the log says.
    pub force: bool,
    /// How long to try for the moment when nobody holds the SQL views.
    pub patience: Duration,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self {
            force: false,
            patience: Duration::from_secs(600),
        }
    }
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Events that are folded.
    pub position: u64,
    /// Where the log ended when last looked at.
    pub head: u64,
}

/// What came of a rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RebuildReport {
    /// The view.
    pub view: String,
    /// Its version.
    pub version: u32,
    /// The position at which both were compared.
    pub position: u64,
    /// Whether both had the same rows, and the live tables hold what they were given.
    pub equal: bool,
    /// Whether the new tables are live now.
    pub swapped: bool,
    /// Checksum of the live rows and totals, as kept while they were written.
    pub live: [i64; 2],
    /// Checksum of the live rows and totals, as read from the tables: another one means a row changed by hand.
    pub live_stored: [i64; 2],
    /// Checksum of the rebuilt rows and totals.
    pub rebuilt: [i64; 2],
    /// Keys that were left aside because they are parked in one or the other.
    pub parked_aside: Vec<String>,
    /// The generation that is live now.
    pub generation: u32,
}

/// Why a rebuild did not end.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// No view of this program has the name.
    #[error("no view is called `{0}`")]
    Unknown(String),
    /// Somebody else is at it.
    #[error("`{0}` is being rebuilt by another process")]
    Busy(String),
    /// Its first or its next version is still being built by the loop.
    #[error("version {version} of `{view}` is not live yet; let the followers catch up first")]
    NotLive {
        /// The view.
        view: String,
        /// The version in this program.
        version: u32,
    },
    /// An analyst's transaction held the SQL views all the time.
    #[error("the SQL views of `{0}` were in use all the time; end the long transaction, or try again later")]
    InUse(String),
    /// The log or the tables could not be used.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Follow(error.into())
    }
}

/// Rebuilds a view beside the live one and swaps it in if both are equal.
pub(crate) async fn rebuild<V: View, S: Second<V>>(
    pool: &PgPool,
    options: RebuildOptions,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<RebuildReport, RebuildError> {
    // A connection of its own: if the rebuild is given up, it closes, and its lock goes with it.
    let mut guard = pool.acquire().await?.detach();
    let free: bool =
        sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended('guanxi rebuild ' || $1, 0))")
            .bind(V::NAME)
            .fetch_one(&mut guard)
            .await?;
    if !free {
        return Err(RebuildError::Busy(V::NAME.to_owned()));
    }
    let outcome = rebuild_alone::<V, S>(pool, &mut guard, options, progress).await;
    guard.close().await?;
    outcome
}

async fn rebuild_alone<V: View, S: Second<V>>(
    pool: &PgPool,
    guard: &mut PgConnection,
    options: RebuildOptions,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<RebuildReport, RebuildError> {
    let not_live = || RebuildError::NotLive {
        view: V::NAME.to_owned(),
        version: V::VERSION,
    };
    let live = served(guard, V::NAME)
        .await?
        .filter(|served| served.who.version == V::VERSION)
        .ok_or_else(not_live)?
        .who;
    let next = Identity {
        generation: live.generation + 1,
        ..live.clone()
    };
    // What an interrupted rebuild has left behind may come of another program: begin anew.
    Tables::of(&next).drop(guard).await?;
    forget(guard, &next).await?;
    Tables::of(&next).create::<V>(guard).await?;

    let mut follower = ViewFollower::<V, S>::fixed(pool.clone(), next.clone());
    let mut at = follower.resume().await?;
    loop {
        let head = crate::follow::read::head(pool).await?.position;
        progress(RebuildProgress {
            position: at.mark.position,
            head,
        });
        let until = Checkpoint::load(guard, &live).await?.mark.position;
        if at.mark.position >= until {
            break;
        }
        at = advance(pool, &mut follower, at, until).await?;
    }
    let (live_kept, live_stored) = stored_checksums(pool, &live).await?;
    let intact = live_kept == live_stored;
    let mut report = swap::<V, S>(pool, guard, &live, &mut follower, intact, options).await?;
    if !intact {
        report.live_stored = [
            report.live[0].wrapping_add(live_stored[0].wrapping_sub(live_kept[0])),
            report.live[1].wrapping_add(live_stored[1].wrapping_sub(live_kept[1])),
        ];
    }
    Ok(report)
}

/// One batch, not beyond `until`.
async fn advance<V: View, S: Second<V>>(
    pool: &PgPool,
    follower: &mut ViewFollower<V, S>,
    at: Checkpoint,
    until: u64,
) -> Result<Checkpoint, FollowError> {
    let segment = read_segment(pool, at.mark, follower.batch_size(), Some(until)).await?;
    let Some(batch) = segment.and_then(|segment| Batch::of(vec![segment.into()])) else {
        return Err(FollowError::Discontinued {
            position: at.mark.position,
        });
    };
    follower.work(&batch, &at).await
}

/// Tries to swap until nobody holds the SQL views, or patience ends.
async fn swap<V: View, S: Second<V>>(
    pool: &PgPool,
    guard: &mut PgConnection,
    live: &Identity,
    follower: &mut ViewFollower<V, S>,
    intact: bool,
    options: RebuildOptions,
) -> Result<RebuildReport, RebuildError> {
    let until = Instant::now() + options.patience;
    let mut pause = Duration::from_millis(100);
    loop {
        let mut work = guard.begin().await?;
        match try_swap::<V, S>(pool, &mut work, live, follower, intact, options.force).await {
            Ok(report) if report.swapped => {
                work.commit().await?;
                publish::drop_retired(guard, &follower.who).await;
                return Ok(report);
            }
            Ok(report) => {
                work.rollback().await?;
                return Ok(report);
            }
            Err(error) if is_locked(&error) => work.rollback().await?,
            Err(error) => return Err(error.into()),
        }
        if Instant::now() >= until {
            return Err(RebuildError::InUse(V::NAME.to_owned()));
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Holds both checkpoints at one position, compares, and redirects.
async fn try_swap<V: View, S: Second<V>>(
    pool: &PgPool,
    work: &mut Transaction<'_, Postgres>,
    live: &Identity,
    follower: &mut ViewFollower<V, S>,
    intact: bool,
    force: bool,
) -> Result<RebuildReport, FollowError> {
    let held = hold(work, live).await?;
    // The live follower stands still now; the new one comes up to it.
    let mut at = follower.resume().await?;
    while at.mark.position < held.mark.position {
        at = advance(pool, follower, at, held.mark.position).await?;
    }
    if at.mark != held.mark {
        return Err(FollowError::Discontinued {
            position: held.mark.position,
        });
    }
    at.next(at.mark).insert(work, &follower.who).await?;

    let mut aside = parked_keys(pool, live).await?;
    aside.extend(follower.parked.iter().cloned());
    let mut aside: Vec<String> = aside.into_iter().collect();
    aside.sort_unstable();
    let rows = [
        without(pool, &Tables::of(live), held.rows_checksum, &aside).await?,
        without(pool, &follower.tables, at.rows_checksum, &aside).await?,
    ];
    // What a parked key has not yet done to the totals cannot be told apart from the rest.
    let totals_equal = held.totals_checksum == at.totals_checksum || !aside.is_empty();
    let equal = intact && rows[0] == rows[1] && totals_equal;
    let swapped = equal || force;
    if swapped {
        point::<V>(work, &follower.who).await?;
        publish::forget_parked(work, live).await?;
    }
    let live_checksums = [rows[0], held.totals_checksum];
    Ok(RebuildReport {
        view: V::NAME.to_owned(),
        version: V::VERSION,
        position: held.mark.position,
        equal,
        swapped,
        live: live_checksums,
        live_stored: live_checksums,
        rebuilt: [rows[1], at.totals_checksum],
        parked_aside: aside,
        generation: if swapped {
            follower.who.generation
        } else {
            live.generation
        },
    })
}

/// Takes the next checkpoint of the live follower, so that it waits; several tries, since it is moving.
async fn hold(work: &mut Transaction<'_, Postgres>, live: &Identity) -> Result<Checkpoint, FollowError> {
    for _ in 0..100 {
        let held = Checkpoint::load(work, live).await?;
        match held.next(held.mark).insert(work, live).await {
            Ok(()) => return Ok(held),
            Err(FollowError::Superseded) => {}
            Err(error) => return Err(error),
        }
    }
    Err(FollowError::Transient(
        "the live follower moves too fast to be held".to_owned(),
    ))
}

/// A checksum without the rows of some keys.
async fn without(pool: &PgPool, tables: &Tables, checksum: i64, keys: &[String]) -> Result<i64, FollowError> {
    let stored = super::table::load(pool, &tables.rows, keys).await?;
    stored.iter().try_fold(checksum, |sum, (key, row)| {
        Ok(sum.wrapping_sub(stored_hash(key, row)?))
    })
}

fn stored_hash(key: &str, row: &str) -> Result<i64, FollowError> {
    let value: Value = serde_json::from_str(row).map_err(|error| FollowError::Fault(error.to_string()))?;
    Ok(row_hash(key, &canonical(&value).map_err(FollowError::Fault)?))
}

/// The checksums of a view as kept with its checkpoint, and as the tables give them, in one snapshot.
pub(crate) async fn stored_checksums(
    pool: &PgPool,
    who: &Identity,
) -> Result<([i64; 2], [i64; 2]), FollowError> {
    let mut snapshot = pool
        .begin_with("begin isolation level repeatable read, read only")
        .await?;
    let kept = Checkpoint::load(&mut snapshot, who).await?;
    let tables = Tables::of(who);
    let rows = scan(&mut snapshot, &tables.rows).await?;
    let totals = scan(&mut snapshot, &tables.totals).await?;
    snapshot.rollback().await?;
    Ok(([kept.rows_checksum, kept.totals_checksum], [rows, totals]))
}

/// Sums the row hashes of a table, page by page.
async fn scan(snapshot: &mut PgConnection, table: &str) -> Result<i64, FollowError> {
    let mut sum = 0_i64;
    let mut after = String::new();
    loop {
        let page = sqlx::query(&format!(
            "select key, row::text from {table} where key > $1 order by key limit 5000"
        ))
        .bind(&after)
        .fetch_all(&mut *snapshot)
        .await?;
        for row in &page {
            after = row.try_get(0)?;
            sum = sum.wrapping_add(stored_hash(&after, &row.try_get::<String, _>(1)?)?);
        }
        if page.is_empty() {
            return Ok(sum);
        }
    }
}
