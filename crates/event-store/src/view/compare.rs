//! Checksums of tables, to tell whether two hold the same.

use serde_json::Value;
use sqlx::{PgConnection, PgPool, Row};

use super::canonical::{canonical, row_hash};
use super::table::Tables;
use crate::follow::{Checkpoint, FollowError, Identity};

/// A checksum without the rows of some keys.
pub(super) async fn without(
    pool: &PgPool,
    tables: &Tables,
    checksum: i64,
    keys: &[String],
) -> Result<i64, FollowError> {
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
pub(super) async fn stored_checksums(
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
