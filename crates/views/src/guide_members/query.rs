//! Guides and members, filtered, in the order of their keys.

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::GuideMember;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct GuideMemberFilter {
    /// Only guides of these stores; empty means all.
    pub stores: Vec<String>,
    /// Only this guide's.
    pub guide_id: Option<String>,
    /// Only this member's.
    pub member_id: Option<String>,
    /// Only those who stand so, e.g. `bound`.
    pub standing: Option<String>,
}

/// A guide and a member.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GuideMemberLine {
    /// What is known of them.
    #[serde(flatten)]
    pub row: GuideMember,
    /// Position of the last event that changed it.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &GuideMemberFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<GuideMemberLine>, QueryError> {
    let rows = sqlx::query(
        "select key, row::text as row, position from views.guide_members
          where (cardinality($1::text[]) = 0 or row ->> 'store_id' = any ($1))
            and ($2::text is null or row ->> 'guide_id' = $2)
            and ($3::text is null or row ->> 'member_id' = $3)
            and ($4::text is null or row ->> 'standing' = $4)
            and key collate \"C\" > coalesce($5, '')
          order by key collate \"C\" limit $6",
    )
    .bind(&filter.stores)
    .bind(&filter.guide_id)
    .bind(&filter.member_id)
    .bind(&filter.standing)
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = GuideMemberLine {
            row: serde_json::from_str(row.try_get("row")?)?,
            as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        };
        lines.push((row.try_get("key")?, line));
    }
    Ok(Listed::cut(lines, limit))
}
