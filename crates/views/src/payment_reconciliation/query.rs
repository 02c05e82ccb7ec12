//! Payments and refunds, filtered by how far they got.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::Money;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct MoneyFilter {
    /// Only this state, e.g. `parked`.
    pub state: Option<String>,
    /// Only of this order.
    pub order_id: Option<String>,
    /// Only what came beyond what was to pay, or does not fit its attempt.
    pub odd: bool,
}

/// One payment, or one state of a refund.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MoneyLine {
    /// What is known of it.
    #[serde(flatten)]
    pub money: Money,
    /// Position of the last event that changed it.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &MoneyFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<MoneyLine>, QueryError> {
    let rows = sqlx::query(
        "select key, row::text as row, position from views.payment_reconciliation
          where ($1::text is null or row ->> 'state' = $1)
            and ($2::text is null or row ->> 'order_id' = $2)
            and (not $3 or row ->> 'surplus_fen' <> '0' or row ->> 'announced_fen' is not null
                 or row ->> 'state' in ('parked', 'mismatched'))
            and key collate \"C\" > coalesce($4, '')
          order by key collate \"C\" limit $5",
    )
    .bind(&filter.state)
    .bind(&filter.order_id)
    .bind(filter.odd)
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let money = serde_json::from_str(row.try_get("row")?)?;
        let as_of_position = row.try_get::<i64, _>("position")?.unsigned_abs();
        lines.push((
            row.try_get("key")?,
            MoneyLine {
                money,
                as_of_position,
            },
        ));
    }
    Ok(Listed::cut(lines, limit))
}
