//! What is owed in points, by day, store and tier.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::{Flows, Liability, LiabilityCell};
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct LiabilityFilter {
    /// Only these home stores; empty means all.
    pub stores: Vec<String>,
    /// Only this tier.
    pub tier: Option<String>,
    /// First day.
    pub from: Option<BusinessDate>,
    /// Last day.
    pub until: Option<BusinessDate>,
}

/// What is owed at the end of a day on which it changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LiabilityLine {
    /// The day.
    pub business_date: BusinessDate,
    /// The members' home store.
    pub store_id: String,
    /// The members' tier; `none` for those with none above everybody's.
    pub tier: String,
    /// Usable points at the end of the day.
    pub available: i64,
    /// Points that wait for return windows, at the end of the day.
    pub pending: i64,
    /// Points owed by members at the end of the day.
    pub debt: i64,
    /// What flowed that day.
    #[serde(flatten)]
    pub flows: Flows,
    /// Position of the last event that changed the line.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`, by day.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &LiabilityFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<LiabilityLine>, QueryError> {
    let rows = sqlx::query(
        "with standing as (
           select key, row::text as row, position,
                  sum(coalesce((row ->> 'available_change')::bigint, 0)) over place as available,
                  sum(coalesce((row ->> 'pending_change')::bigint, 0)) over place as pending,
                  sum(coalesce((row ->> 'debt_change')::bigint, 0)) over place as debt
             from views.points_liability_totals
            where (cardinality($1::text[]) = 0 or key::jsonb ->> 1 = any ($1))
              and ($2::text is null or key::jsonb ->> 2 = $2)
           window place as (partition by key::jsonb ->> 1, key::jsonb ->> 2 order by key::jsonb ->> 0))
         select key, row, position, available::bigint, pending::bigint, debt::bigint from standing
          where ($3::text is null or key::jsonb ->> 0 >= $3) and ($4::text is null or key::jsonb ->> 0 <= $4)
            and key collate \"C\" > coalesce($5, '')
          order by key collate \"C\" limit $6",
    )
    .bind(&filter.stores)
    .bind(&filter.tier)
    .bind(filter.from.map(|date| date.to_string()))
    .bind(filter.until.map(|date| date.to_string()))
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let key: String = row.try_get("key")?;
        let (business_date, store_id, tier): LiabilityCell = serde_json::from_str(&key)?;
        let change: Liability = serde_json::from_str(row.try_get("row")?)?;
        let line = LiabilityLine {
            business_date,
            store_id,
            tier,
            available: row.try_get("available")?,
            pending: row.try_get("pending")?,
            debt: row.try_get("debt")?,
            flows: change.flows,
            as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        };
        lines.push((key, line));
    }
    Ok(Listed::cut(lines, limit))
}
