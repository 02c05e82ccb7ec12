//! Instructions, in the order in which they were given.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::Instruction;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct InstructionFilter {
    /// Only these stores; empty means all.
    pub stores: Vec<String>,
    /// Only those that are so far, e.g. `open`.
    pub status: Option<String>,
    /// Only `close`, `refund` or `query`.
    pub kind: Option<String>,
    /// Only those for this provider.
    pub provider: Option<String>,
}

/// One instruction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InstructionLine {
    /// Its number, which never changes.
    pub number: String,
    /// What to do, and how far it is.
    #[serde(flatten)]
    pub instruction: Instruction,
    /// Position of the last event that changed it.
    pub as_of_position: u64,
}

const COLUMNS: &str = "key, row::text as row, position";

/// Instructions given behind a log position, oldest first, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &InstructionFilter,
    after: u64,
    limit: u32,
) -> Result<Listed<InstructionLine>, QueryError> {
    let sql = format!(
        "select {COLUMNS} from views.work_list
          where (cardinality($1::text[]) = 0 or row ->> 'store_id' = any ($1))
            and ($2::text is null or row ->> 'status' = $2)
            and ($3::text is null or row ->> 'kind' = $3)
            and ($4::text is null or row ->> 'provider' = $4)
            and (row ->> 'given_at_position')::bigint > $5
          order by (row ->> 'given_at_position')::bigint limit $6"
    );
    let rows = sqlx::query(&sql)
        .bind(&filter.stores)
        .bind(&filter.status)
        .bind(&filter.kind)
        .bind(&filter.provider)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit) + 1)
        .fetch_all(pool)
        .await?;
    let lines = rows.iter().map(|row| {
        let line = line(row)?;
        Ok((line.instruction.given_at_position.to_string(), line))
    });
    Ok(Listed::cut(lines.collect::<Result<_, QueryError>>()?, limit))
}

/// One instruction.
///
/// # Errors
/// The database, or a row of another version.
pub async fn get(pool: &PgPool, number: &str) -> Result<Option<InstructionLine>, QueryError> {
    let sql = format!("select {COLUMNS} from views.work_list where key = $1");
    let row = sqlx::query(&sql).bind(number).fetch_optional(pool).await?;
    row.as_ref().map(line).transpose()
}

fn line(row: &PgRow) -> Result<InstructionLine, QueryError> {
    Ok(InstructionLine {
        number: row.try_get("key")?,
        instruction: serde_json::from_str(row.try_get("row")?)?,
        as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
    })
}
