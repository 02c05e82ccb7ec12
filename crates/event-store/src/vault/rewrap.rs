//! Changing the master key. Nothing that is sealed changes: only the wraps of the keys do.

use serde::Serialize;
use sqlx::{PgPool, Row};

use super::master::{self, INSTALLATION, Masters};
use crate::{MasterKey, StoreError};

const PAGE: i64 = 1_000;

/// How far a change of the master key is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rewrapped {
    /// Keys that the new master key wraps now and did not before.
    pub rewrapped: u64,
    /// Keys looked at.
    pub seen: u64,
}

/// Wraps every key with `new` that `old` still wraps. May be interrupted and started again, and run while processes
/// work, as long as these know both keys ([`StoreOptions::previous_master_key`](crate::StoreOptions)).
///
/// # Errors
/// The database, or a key that neither opens.
pub async fn rewrap(
    pool: &PgPool,
    old: &MasterKey,
    new: &MasterKey,
    progress: &mut (dyn FnMut(Rewrapped) + Send),
) -> Result<Rewrapped, StoreError> {
    let masters = Masters::new(new, Some(old))?;
    let mut done = Rewrapped::default();
    installation(pool, &masters).await?;
    // A process that still wraps with the old key may add one behind the cursor: the last pass finds nothing left.
    loop {
        let before = done.rewrapped;
        let mut after = String::new();
        while let Some(last) = page(pool, &masters, &after, &mut done).await? {
            progress(done);
            after = last;
        }
        if done.rewrapped == before {
            return Ok(done);
        }
    }
}

async fn page(
    pool: &PgPool,
    masters: &Masters,
    after: &str,
    done: &mut Rewrapped,
) -> Result<Option<String>, StoreError> {
    let rows = sqlx::query(
        "select subject, wrapped from log.subject_keys
          where subject > $1 and wrapped is not null order by subject limit $2",
    )
    .bind(after)
    .bind(PAGE)
    .fetch_all(pool)
    .await?;
    let (mut subjects, mut olds, mut news) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for row in &rows {
        let subject: String = row.try_get("subject")?;
        let wrapped: &[u8] = row.try_get("wrapped")?;
        let key = masters.unwrap(&subject, wrapped)?;
        done.seen += 1;
        last = Some(subject.clone());
        if !key.is_current {
            news.push(hex::encode(masters.wrap(&subject, &key.bytes)?));
            olds.push(hex::encode(wrapped));
            subjects.push(subject);
        }
    }
    if !subjects.is_empty() {
        let changed: i64 = sqlx::query_scalar("select log.rewrap_keys($1, $2, $3)")
            .bind(subjects)
            .bind(olds)
            .bind(news)
            .fetch_one(pool)
            .await?;
        done.rewrapped += changed.unsigned_abs();
    }
    Ok(last)
}

async fn installation(pool: &PgPool, masters: &Masters) -> Result<(), StoreError> {
    let Some(wrapped) = master::read(pool).await? else {
        return Ok(());
    };
    let secret = masters.unwrap(INSTALLATION, &wrapped)?;
    if !secret.is_current {
        sqlx::query("select log.rewrap_installation($1, $2)")
            .bind(hex::encode(&wrapped))
            .bind(hex::encode(masters.wrap(INSTALLATION, &secret.bytes)?))
            .execute(pool)
            .await?;
    }
    Ok(())
}
