//! How many are in a tier, day by day, and how many of them convert.

use std::collections::BTreeMap;

use guanxi_kernel::{BusinessDate, Fen};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use crate::page::QueryError;

/// Which days, where.
#[derive(Debug, Clone)]
pub struct DayFilter {
    /// Only members who are at home at these stores on the day; empty means all.
    pub stores: Vec<String>,
    /// Only members who came through this channel.
    pub channel: Option<String>,
    /// First day.
    pub from: BusinessDate,
    /// Last day.
    pub until: BusinessDate,
}

/// A tier on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TierDay {
    /// The day.
    pub business_date: BusinessDate,
    /// The tier.
    pub tier: String,
    /// Members in it at the start of the day.
    pub members: i64,
}

/// The conversion from a tier to another, as of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ConversionDay {
    /// The day, d.
    pub business_date: BusinessDate,
    /// Members in the first tier at the start of d.
    pub members: i64,
    /// Those of them who enter the second by day d + N.
    pub converted: i64,
    /// `converted / members` in ten-thousandths, rounded half up; absent without members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_bp: Option<i64>,
    /// d + N: before that day is over, more may follow.
    pub complete_after: BusinessDate,
}

/// The tiers at the start of each day.
///
/// # Errors
/// The database.
pub async fn days(pool: &PgPool, filter: &DayFilter) -> Result<Vec<TierDay>, QueryError> {
    let changes = changes(pool, filter, "members", None).await?;
    let tiers = changes.keys().map(|(_, tier)| tier.clone());
    let tiers: std::collections::BTreeSet<String> = tiers.collect();
    let mut lines: Vec<TierDay> = Vec::new();
    for tier in &tiers {
        let sums = sums(&changes, tier, filter);
        lines.extend(sums.into_iter().map(|(business_date, members)| TierDay {
            business_date,
            tier: tier.clone(),
            members,
        }));
    }
    lines.sort_by(|a, b| (a.business_date, &a.tier).cmp(&(b.business_date, &b.tier)));
    Ok(lines)
}

/// The conversion from a tier to another within `within_days`, for each day.
///
/// # Errors
/// The database.
pub async fn conversion(
    pool: &PgPool,
    filter: &DayFilter,
    (from_tier, to_tier): (&str, &str),
    within_days: u32,
) -> Result<Vec<ConversionDay>, QueryError> {
    let pair = format!("{from_tier}>{to_tier}");
    let all = changes(pool, filter, "members", Some(from_tier)).await?;
    let part = changes(pool, filter, "converting", Some(&pair)).await?;
    let days = i32::try_from(within_days).unwrap_or(i32::MAX);
    let both = sums(&all, from_tier, filter)
        .into_iter()
        .zip(sums(&part, &pair, filter));
    let lines = both.map(|((business_date, members), (_, converted))| ConversionDay {
        business_date,
        members,
        converted,
        rate_bp: (members > 0).then(|| Fen(10_000).half_up(converted, members).0),
        complete_after: business_date.plus_days(days),
    });
    Ok(lines.collect())
}

type Changes = BTreeMap<(BusinessDate, String), i64>;

/// Changes of one kind up to the last day, by day and name.
async fn changes(
    pool: &PgPool,
    filter: &DayFilter,
    kind: &str,
    name: Option<&str>,
) -> Result<Changes, QueryError> {
    let rows = sqlx::query(
        "select key::jsonb ->> 2 as date, c.name, sum(c.number::bigint)::bigint as number
           from views.funnel_totals t cross join lateral jsonb_each_text(t.row -> $3) as c (name, number)
          where (cardinality($1::text[]) = 0 or key::jsonb ->> 0 = any ($1))
            and ($2::text is null or key::jsonb ->> 1 = $2)
            and key::jsonb ->> 2 <= $4 and ($5::text is null or c.name = $5)
          group by 1, 2",
    )
    .bind(&filter.stores)
    .bind(&filter.channel)
    .bind(kind)
    .bind(filter.until.to_string())
    .bind(name)
    .fetch_all(pool)
    .await?;
    let change = |row: &sqlx::postgres::PgRow| {
        let date: String = row.try_get("date")?;
        let date = date.parse().map_err(|_| unreadable())?;
        Ok(((date, row.try_get("name")?), row.try_get("number")?))
    };
    rows.iter().map(change).collect()
}

pub(super) fn unreadable() -> QueryError {
    QueryError::Row(serde::de::Error::custom("a cell of the funnel has no date"))
}

/// The sums of all changes up to each day.
fn sums(changes: &Changes, name: &str, filter: &DayFilter) -> Vec<(BusinessDate, i64)> {
    let own = || changes.iter().filter(|((_, other), _)| other == name);
    let before = own().filter(|((date, _), _)| *date < filter.from);
    let mut sum: i64 = before.map(|(_, number)| number).sum();
    let mut days = Vec::new();
    let mut day = filter.from;
    loop {
        sum += own()
            .filter(|((date, _), _)| *date == day)
            .map(|(_, number)| number)
            .sum::<i64>();
        days.push((day, sum));
        // The last day of the calendar has no next one.
        if day >= filter.until {
            return days;
        }
        day = day.plus_days(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_of_the_calendar_ends_a_stretch() {
        let filter = DayFilter {
            stores: Vec::new(),
            channel: None,
            from: "9999-12-30".parse().unwrap(),
            until: "9999-12-31".parse().unwrap(),
        };
        let change = ((filter.from, "super".to_owned()), 2);
        let days = sums(&Changes::from([change]), "super", &filter);
        assert_eq!(days, [(filter.from, 2), (filter.until, 2)]);
    }
}
