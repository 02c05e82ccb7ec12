//! Where members stand.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use crate::funnel::path::{Step, on as step_on};
use crate::history::Home;
use crate::page::{Listed, QueryError};

/// What to leave out.
#[derive(Debug, Clone, Default)]
pub struct TierFilter {
    /// Only members who are at home at these stores on the day; empty means all.
    pub stores: Vec<String>,
    /// Only members who are in this tier at the end of the day.
    pub tier: Option<String>,
}

/// A member and the tier of a day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemberTier {
    /// The member.
    pub member_id: String,
    /// The tier at the end of the day; absent for who is not (or no longer) in the funnel then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<BusinessDate>,
    /// Where the member is at home then.
    #[serde(flatten)]
    pub home: Home,
    /// The whole path, also what is to come if nothing happens.
    pub steps: Vec<Step>,
    /// Position of the last event behind it.
    pub as_of_position: u64,
}

/// Members behind an id, in the order of their ids, at most `limit`, as they stand at the end of a day.
///
/// # Errors
/// The database, or a row of another version.
pub async fn members(
    pool: &PgPool,
    filter: &TierFilter,
    on: BusinessDate,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<MemberTier>, QueryError> {
    let rows = sqlx::query(
        "select key, (row -> 'steps')::text as steps, position
           from views.funnel f
           left join lateral (select step from jsonb_array_elements(f.row -> 'steps') with ordinality as s (step, n)
                               where step ->> 'day' <= $3 order by n desc limit 1) as now on true
          where (cardinality($1::text[]) = 0 or now.step ->> 'store' = any ($1))
            and ($2::text is null or now.step ->> 'tier' = $2)
            and key collate \"C\" > coalesce($4, '')
          order by key collate \"C\" limit $5",
    )
    .bind(&filter.stores)
    .bind(&filter.tier)
    .bind(on.to_string())
    .bind(after)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let members = rows.iter().map(|row| {
        let member = member(row, on)?;
        Ok((member.member_id.clone(), member))
    });
    Ok(Listed::cut(members.collect::<Result<_, QueryError>>()?, limit))
}

/// One member, as they stand at the end of a day.
///
/// # Errors
/// The database, or a row of another version.
pub async fn get(pool: &PgPool, member_id: &str, on: BusinessDate) -> Result<Option<MemberTier>, QueryError> {
    let row =
        sqlx::query("select key, (row -> 'steps')::text as steps, position from views.funnel where key = $1")
            .bind(member_id)
            .fetch_optional(pool)
            .await?;
    row.as_ref().map(|row| member(row, on)).transpose()
}

fn member(row: &PgRow, on: BusinessDate) -> Result<MemberTier, QueryError> {
    let steps: Vec<Step> = serde_json::from_str(row.try_get("steps")?)?;
    let now = step_on(&steps, on);
    let tier = now.and_then(|step| step.tier.as_deref());
    let same = |step: &&Step| step.tier.as_deref() == tier && step.moment.day <= on;
    let since = steps.iter().rev().skip_while(|step| step.moment.day > on);
    let since = tier.and_then(|_| since.take_while(same).last().map(|step| step.moment.day));
    Ok(MemberTier {
        member_id: row.try_get("key")?,
        tier: tier.map(str::to_owned),
        since,
        home: now.map_or_else(Home::default, |step| step.home.clone()),
        as_of_position: row.try_get::<i64, _>("position")?.unsigned_abs(),
        steps,
    })
}
