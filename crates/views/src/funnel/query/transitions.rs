//! Moves from tier to tier, by store, channel and day.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::DayFilter;
use crate::page::{Listed, QueryError};

/// Moves of a store's day in one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Transition {
    /// Store at which the members are at home.
    pub store: String,
    /// Channel through which they came.
    pub channel: String,
    /// The day.
    pub business_date: BusinessDate,
    /// The tier that was left; absent for those who became known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_tier: Option<String>,
    /// The tier that was entered; absent for those who were forgotten or merged into another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_tier: Option<String>,
    /// How many moves, each event by itself.
    pub moves: i64,
    /// Position of the last event that changed the cell.
    pub as_of_position: u64,
}

/// Moves behind a place in the list, in the order of store, channel, day and pair, at most `limit`.
///
/// # Errors
/// The database.
pub async fn transitions(
    pool: &PgPool,
    filter: &DayFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<Transition>, QueryError> {
    let rows = sqlx::query(
        "select key::jsonb ->> 0 as store, key::jsonb ->> 1 as channel, key::jsonb ->> 2 as date, pair, moves::bigint,
                position, key || ' ' || pair as place
           from views.funnel_totals t cross join lateral jsonb_each_text(t.row -> 'moved') as m (pair, moves)
          where (cardinality($1::text[]) = 0 or key::jsonb ->> 0 = any ($1))
            and ($2::text is null or key::jsonb ->> 1 = $2)
            and key::jsonb ->> 2 between $3 and $4
            and (key || ' ' || pair) collate \"C\" > coalesce($5, '')
          order by (key || ' ' || pair) collate \"C\" limit $6",
    )
    .bind(&filter.stores)
    .bind(&filter.channel)
    .bind(filter.from.to_string())
    .bind(filter.until.to_string())
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let line = |row: &sqlx::postgres::PgRow| {
        let (pair, date): (String, String) = (row.try_get("pair")?, row.try_get("date")?);
        let (from, to) = pair.split_once('>').unwrap_or_default();
        let named = |tier: &str| Some(tier.to_owned()).filter(|tier| !tier.is_empty());
        let transition = Transition {
            store: row.try_get("store")?,
            channel: row.try_get("channel")?,
            business_date: date.parse().map_err(|_| super::days::unreadable())?,
            from_tier: named(from),
            to_tier: named(to),
            moves: row.try_get("moves")?,
            as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        };
        Ok((row.try_get("place")?, transition))
    };
    let lines = rows.iter().map(line).collect::<Result<_, QueryError>>()?;
    Ok(Listed::cut(lines, limit))
}
