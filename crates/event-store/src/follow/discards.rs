//! Events that shall never be applied to a key: data, which a rebuild obeys.

use std::collections::HashSet;

use sqlx::{PgPool, Row};

use super::checkpoint::signed;
use super::parking::settle;
use super::{FollowError, Parked, ParkedError};

/// Takes an event off the list for good. What is behind it stays until the key is retried.
pub(crate) async fn discard(
    pool: &PgPool,
    parked: &Parked,
    reason: &str,
    by: &str,
) -> Result<(), ParkedError> {
    if reason.trim().is_empty() {
        return Err(ParkedError::NoReason);
    }
    let mut work = pool.begin().await?;
    sqlx::query(
        "insert into follow.discards (follower, key, position, reason, discarded_by) values ($1, $2, $3, $4, $5) \
         on conflict do nothing",
    )
    .bind(&parked.follower)
    .bind(&parked.key)
    .bind(signed(parked.position)?)
    .bind(reason)
    .bind(by)
    .execute(&mut *work)
    .await?;
    settle(&mut work, &[parked.id], None).await?;
    Ok(work.commit().await?)
}

/// The events that a follower shall never apply, by position and key.
#[derive(Debug, Default)]
pub(crate) struct Discards(HashSet<(u64, String)>);

impl Discards {
    pub(crate) async fn load(pool: &PgPool, follower: &str) -> Result<Self, FollowError> {
        let rows = sqlx::query("select position, key from follow.discards where follower = $1")
            .bind(follower)
            .fetch_all(pool)
            .await?;
        let pairs = rows
            .iter()
            .map(|row| Ok((row.try_get::<i64, _>(0)?.unsigned_abs(), row.try_get(1)?)));
        Ok(Self(pairs.collect::<Result<_, sqlx::Error>>()?))
    }

    pub(crate) fn holds(&self, position: u64, key: &str) -> bool {
        !self.0.is_empty() && self.0.contains(&(position, key.to_owned()))
    }
}
