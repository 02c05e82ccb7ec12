//! The funnel, campaign by campaign.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::Steps;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct FunnelFilter {
    /// Only this campaign.
    pub campaign_id: Option<String>,
    /// Only this channel.
    pub channel: Option<String>,
}

/// A campaign's coupons of one channel.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FunnelLine {
    /// The campaign.
    pub campaign_id: String,
    /// Through which channel they were claimed.
    pub channel: String,
    /// The figures.
    #[serde(flatten)]
    pub steps: Steps,
    /// Position of the last event that changed the line.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &FunnelFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<FunnelLine>, QueryError> {
    let rows = sqlx::query(
        "select key, key::jsonb ->> 0 as campaign, key::jsonb ->> 1 as channel, row::text as row, position
           from views.coupon_funnel_totals
          where ($1::text is null or key::jsonb ->> 0 = $1)
            and ($2::text is null or key::jsonb ->> 1 = $2)
            and key collate \"C\" > coalesce($3, '')
          order by key collate \"C\" limit $4",
    )
    .bind(&filter.campaign_id)
    .bind(&filter.channel)
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = FunnelLine {
            campaign_id: row.try_get("campaign")?,
            channel: row.try_get("channel")?,
            steps: serde_json::from_str(row.try_get("row")?)?,
            as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        };
        lines.push((row.try_get("key")?, line));
    }
    Ok(Listed::cut(lines, limit))
}
