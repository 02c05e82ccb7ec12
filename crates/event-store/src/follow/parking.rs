//! What was set aside: events that cannot be applied to a key, and those of the key behind them.

use std::collections::HashSet;

use sqlx::{PgConnection, PgPool, Row};

use super::{FollowError, Identity};

/// An event that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// By this it is retried or discarded.
    pub id: i64,
    /// The view or policy.
    pub follower: String,
    /// Its version.
    pub version: u32,
    /// The row's key, or the stream that a policy's command was for.
    pub key: String,
    /// The event.
    pub position: u64,
    /// Why it cannot be applied; `None` for one that only waits behind another.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
}

/// Why a parked event was not retried or discarded.
#[derive(Debug, thiserror::Error)]
pub enum ParkedError {
    /// Nothing is parked under this number.
    #[error("nothing is parked under {0}; see the list of parked keys")]
    Unknown(i64),
    /// Its follower is not in this program.
    #[error("`{0}` is not a follower of this program")]
    UnknownFollower(String),
    /// A discard says why.
    #[error("a discard needs a reason")]
    NoReason,
    /// It failed again, for this reason.
    #[error("it fails still: {0}")]
    StillFails(String),
    /// The log or the tables could not be used.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

impl From<sqlx::Error> for ParkedError {
    fn from(error: sqlx::Error) -> Self {
        Self::Follow(error.into())
    }
}

const COLUMNS: &str = "id, follower, version, key, position, error, attempts";

fn parked(row: &sqlx::postgres::PgRow) -> Result<Parked, sqlx::Error> {
    Ok(Parked {
        id: row.try_get(0)?,
        follower: row.try_get(1)?,
        version: row.try_get::<i32, _>(2)?.unsigned_abs(),
        key: row.try_get(3)?,
        position: row.try_get::<i64, _>(4)?.unsigned_abs(),
        error: row.try_get(5)?,
        attempts: row.try_get::<i32, _>(6)?.unsigned_abs(),
    })
}

/// What is parked in tables that nobody is shown (a version being built, a rebuild) is no news yet.
const SHOWN: &str = "not exists (select from follow.views v where v.name = follower \
                     and (v.version, v.generation) <> (parked.version, parked.generation))";

/// All parked events, poisoned ones first within each key.
pub(crate) async fn list(pool: &PgPool) -> Result<Vec<Parked>, FollowError> {
    let rows = sqlx::query(&format!(
        "select {COLUMNS} from follow.parked where {SHOWN} order by follower, key, position"
    ))
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(parked).collect::<Result<_, _>>()?)
}

pub(crate) async fn find(pool: &PgPool, id: i64) -> Result<Option<Parked>, FollowError> {
    let row = sqlx::query(&format!("select {COLUMNS} from follow.parked where id = $1"))
        .bind(id)
        .fetch_optional(pool)
        .await?;
    Ok(row.as_ref().map(parked).transpose()?)
}

/// How many keys of a follower are parked.
pub(crate) async fn count(pool: &PgPool, follower: &str) -> Result<u64, FollowError> {
    let keys: i64 = sqlx::query_scalar(&format!(
        "select count(distinct key) from follow.parked where follower = $1 and {SHOWN}"
    ))
    .bind(follower)
    .fetch_one(pool)
    .await?;
    Ok(keys.unsigned_abs())
}

/// Whether a key of a follower is parked.
pub(crate) async fn is_parked(pool: &PgPool, follower: &str, key: &str) -> Result<bool, FollowError> {
    Ok(sqlx::query_scalar(&format!(
        "select exists (select from follow.parked where follower = $1 and key = $2 and {SHOWN})"
    ))
    .bind(follower)
    .bind(key)
    .fetch_one(pool)
    .await?)
}

/// What a batch adds to the parked events of a follower.
#[derive(Debug, Default)]
pub(crate) struct Parking {
    keys: Vec<String>,
    positions: Vec<i64>,
    errors: Vec<Option<String>>,
}

impl Parking {
    pub(crate) fn add(&mut self, key: &str, position: u64, error: Option<String>) {
        self.keys.push(key.to_owned());
        self.positions.push(i64::try_from(position).unwrap_or(i64::MAX));
        self.errors.push(error);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }

    pub(crate) async fn write(&self, work: &mut PgConnection, who: &Identity) -> Result<(), FollowError> {
        if self.keys.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into follow.parked (follower, version, generation, key, position, error) \
             select $1, $2, $3, key, position, error from unnest($4::text[], $5::bigint[], $6::text[]) \
             as p (key, position, error) on conflict do nothing",
        )
        .bind(&*who.name)
        .bind(who.version_sql())
        .bind(who.generation_sql())
        .bind(&self.keys)
        .bind(&self.positions)
        .bind(&self.errors)
        .execute(work)
        .await?;
        for (key, error) in self.keys.iter().zip(&self.errors) {
            if let Some(error) = error {
                tracing::error!(follower = %who, key, error, "parked; see docs/runbooks/parked-key.md");
            }
        }
        metrics::counter!("guanxi_parked_total", "follower" => who.name.to_string())
            .increment(self.keys.len() as u64);
        Ok(())
    }
}

/// The keys of a follower that are parked now.
pub(crate) async fn parked_keys(pool: &PgPool, who: &Identity) -> Result<HashSet<String>, FollowError> {
    let keys: Vec<String> = sqlx::query_scalar(
        "select distinct key from follow.parked where follower = $1 and version = $2 and generation = $3",
    )
    .bind(&*who.name)
    .bind(who.version_sql())
    .bind(who.generation_sql())
    .fetch_all(pool)
    .await?;
    show_count(who, keys.len());
    Ok(keys.into_iter().collect())
}

/// Tells the metrics how many keys of a follower are parked.
pub(crate) fn show_count(who: &Identity, keys: usize) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("guanxi_parked_keys", "follower" => who.name.to_string()).set(keys as f64);
}

/// The parked events of one key, in order.
pub(crate) async fn of_key(pool: &PgPool, who: &Identity, key: &str) -> Result<Vec<Parked>, FollowError> {
    let rows = sqlx::query(&format!(
        "select {COLUMNS} from follow.parked \
         where follower = $1 and version = $2 and generation = $3 and key = $4 order by position"
    ))
    .bind(&*who.name)
    .bind(who.version_sql())
    .bind(who.generation_sql())
    .bind(key)
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(parked).collect::<Result<_, _>>()?)
}

/// Takes events of a key that are done off the list, and notes why the next one fails.
pub(crate) async fn settle(
    work: &mut PgConnection,
    done: &[i64],
    failed: Option<(i64, &str)>,
) -> Result<(), FollowError> {
    sqlx::query("delete from follow.parked where id = any($1)")
        .bind(done)
        .execute(&mut *work)
        .await?;
    if let Some((id, error)) = failed {
        sqlx::query("update follow.parked set error = $2, attempts = attempts + 1 where id = $1")
            .bind(id)
            .bind(error)
            .execute(work)
            .await?;
    }
    Ok(())
}
