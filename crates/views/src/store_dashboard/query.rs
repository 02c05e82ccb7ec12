//! The dashboard over HTTP: filtered, in the order of its keys, paged.

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::{Cell, Total};
use crate::page::{Listed, QueryError};

/// Which lines are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Store, day and channel.
    Channel,
    /// Store and day.
    Store,
    /// Day.
    Chain,
}

/// What to leave out.
#[derive(Debug, Clone)]
pub struct DashboardFilter {
    /// The lines.
    pub grain: Grain,
    /// Only these stores; empty means all.
    pub stores: Vec<String>,
    /// First day.
    pub from: Option<BusinessDate>,
    /// Last day.
    pub until: Option<BusinessDate>,
    /// Only this channel.
    pub channel: Option<String>,
}

/// A line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DashboardRow {
    /// The store; absent for the chain's day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<String>,
    /// The day.
    pub business_date: BusinessDate,
    /// The channel; absent for a whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub total: Total,
    /// Money that came less money that went back.
    pub net_fen: i64,
    /// `paid_fen / orders`, rounded half up; absent without orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_order_fen: Option<i64>,
    /// Position of the last event that changed the line.
    pub as_of_position: u64,
}

/// Lines behind a key, at most `limit`.
///
/// # Errors
/// The database, or a row of another version.
pub async fn query(
    pool: &PgPool,
    filter: &DashboardFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Listed<DashboardRow>, QueryError> {
    let (kind, date_at) = match filter.grain {
        Grain::Channel => ("channel", 2),
        Grain::Store => ("store", 2),
        Grain::Chain => ("chain", 1),
    };
    let rows = sqlx::query(
        "select key, row::text as row, position from views.store_dashboard_totals
          where key::jsonb ->> 0 = $1
            and (cardinality($2::text[]) = 0 or key::jsonb ->> 1 = any ($2))
            and ($3::text is null or key::jsonb ->> $7 >= $3)
            and ($4::text is null or key::jsonb ->> $7 <= $4)
            and ($5::text is null or key::jsonb ->> 3 = $5)
            and key collate \"C\" > coalesce($6, '')
          order by key collate \"C\" limit $8",
    )
    .bind(kind)
    .bind(&filter.stores)
    .bind(filter.from.map(|date| date.to_string()))
    .bind(filter.until.map(|date| date.to_string()))
    .bind(&filter.channel)
    .bind(after)
    .bind(date_at)
    .bind(i64::from(limit) + 1)
    .fetch_all(pool)
    .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let key: String = row.try_get("key")?;
        let total: Total = serde_json::from_str(row.try_get("row")?)?;
        let position = row.try_get::<i64, _>("position")?.unsigned_abs();
        let line = line(serde_json::from_str(&key)?, total, position);
        lines.push((key, line));
    }
    Ok(Listed::cut(lines, limit))
}

fn line(cell: Cell, total: Total, as_of_position: u64) -> DashboardRow {
    let (store_id, business_date, channel) = match cell {
        Cell::Channel(store, date, channel) => (Some(store), date, Some(channel)),
        Cell::Store(store, date) => (Some(store), date, None),
        Cell::Chain(date) => (None, date, None),
    };
    let figures = &total.figures;
    let average = (figures.orders > 0).then(|| figures.paid_fen.half_up(1, figures.orders).0);
    DashboardRow {
        store_id,
        business_date,
        channel,
        net_fen: (figures.captured_fen - figures.refunded_fen).0,
        average_order_fen: average,
        as_of_position,
        total,
    }
}
