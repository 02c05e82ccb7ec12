//! Statements, guide by guide and month by month.

use guanxi_kernel::Fen;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::Statement;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct StatementFilter {
    /// Only this guide.
    pub guide_id: Option<String>,
    /// First month, `2026-03`.
    pub from: Option<String>,
    /// Last month.
    pub until: Option<String>,
}

/// A guide's month.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementLine {
    /// The guide.
    pub guide_id: String,
    /// The month, `2026-03`.
    pub month: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: Statement,
    /// Payable less carried less settled up to the end of the month.
    pub balance_fen: Fen,
    /// Position of the last event that changed the line.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &StatementFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<StatementLine>, QueryError> {
    let rows = sqlx::query(
        "select * from (
           select key, row::text as row, position, key::jsonb ->> 0 as guide, key::jsonb ->> 1 as month,
                  sum((row ->> 'payable_fen')::bigint - (row ->> 'carried_fen')::bigint
                      - (row ->> 'settled_fen')::bigint)
                    over (partition by key::jsonb ->> 0 order by key::jsonb ->> 1)::bigint as balance
             from views.commission_statement where $1::text is null or key::jsonb ->> 0 = $1) as months
          where ($2::text is null or month >= $2)
            and ($3::text is null or month <= $3)
            and key collate \"C\" > coalesce($4, '')
          order by key collate \"C\" limit $5",
    )
    .bind(&filter.guide_id)
    .bind(&filter.from)
    .bind(&filter.until)
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = StatementLine {
            guide_id: row.try_get("guide")?,
            month: row.try_get("month")?,
            figures: serde_json::from_str(row.try_get("row")?)?,
            balance_fen: Fen(row.try_get("balance")?),
            as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        };
        lines.push((row.try_get("key")?, line));
    }
    Ok(Listed::cut(lines, limit))
}
