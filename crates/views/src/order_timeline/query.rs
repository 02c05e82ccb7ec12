//! Orders with their steps.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::Timeline;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct TimelineFilter {
    /// Only these stores; empty means all.
    pub stores: Vec<String>,
    /// Only this member's.
    pub member_id: Option<String>,
    /// Only orders that stand here, e.g. `paid`.
    pub status: Option<String>,
}

/// One order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TimelineLine {
    /// The order.
    pub order_id: String,
    /// Position of its last event.
    pub as_of_position: u64,
    /// Where it stands, and all its steps.
    #[serde(flatten)]
    pub row: Timeline,
}

const COLUMNS: &str = "key, row::text as row, position";

/// Orders behind an id, in the order of their ids, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &TimelineFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<TimelineLine>, QueryError> {
    let sql = format!(
        "select {COLUMNS} from views.order_timeline
          where (cardinality($1::text[]) = 0 or row ->> 'store_id' = any ($1))
            and ($2::text is null or row ->> 'member_id' = $2)
            and ($3::text is null or row ->> 'status' = $3)
            and key collate \"C\" > coalesce($4, '')
          order by key collate \"C\" limit $5"
    );
    let rows = sqlx::query(&sql)
        .bind(&filter.stores)
        .bind(&filter.member_id)
        .bind(&filter.status)
        .bind(after)
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await?;
    let lines = rows
        .iter()
        .map(|row| line(row).map(|line| (line.order_id.clone(), line)));
    Ok(Listed::cut(lines.collect::<Result<_, _>>()?, limit))
}

/// One order.
///
/// # Errors
/// The database, or a row of another version.
pub async fn get(pool: &PgPool, order_id: &str) -> Result<Option<TimelineLine>, QueryError> {
    let sql = format!("select {COLUMNS} from views.order_timeline where key = $1");
    let row = sqlx::query(&sql).bind(order_id).fetch_optional(pool).await?;
    row.as_ref().map(line).transpose()
}

fn line(row: &PgRow) -> Result<TimelineLine, QueryError> {
    Ok(TimelineLine {
        order_id: row.try_get("key")?,
        as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        row: serde_json::from_str(row.try_get("row")?)?,
    })
}
