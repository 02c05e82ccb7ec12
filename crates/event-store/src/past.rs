//! An aggregate as it was: its own fold over a part of its stream.

use guanxi_kernel::{Decider, DomainEvent as _, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use serde_json::Value;
use sqlx::{PgPool, Row};

use crate::StoreError;
use crate::view::Until;

const EVENTS: &str = "select position, sequence, event_type, payload::text as payload, recorded_at,
    (metadata ->> 'occurred_at')::timestamptz as occurred_at
  from log.events
  where aggregate_type = $1 and aggregate_id = $2 and position <= coalesce($3, position)
    and recorded_at <= coalesce($4, recorded_at)
    and ($5::timestamptz is null or (metadata ->> 'occurred_at')::timestamptz <= $5)
  order by sequence";

/// An aggregate as it was.
#[derive(Debug, Clone)]
pub struct Past<S> {
    /// What its events added up to.
    pub state: S,
    /// Those events, in order; none means that there was nothing yet.
    pub events: Vec<PastEvent>,
}

/// An event as it lies in the log: sealed fields stay sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct PastEvent {
    /// Its place in the log.
    pub position: u64,
    /// Its place in the stream.
    pub sequence: u64,
    /// Its stored name.
    pub event_type: String,
    /// When it happened in the world; `None` where a foreign program did not say.
    pub occurred_at: Option<Timestamp>,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// What happened.
    pub payload: Value,
}

/// Folds an aggregate as of a position, a recorded instant or a business instant.
///
/// # Errors
/// The database, or an event that this program cannot read.
pub async fn past<D: Decider>(pool: &PgPool, id: &str, until: Until) -> Result<Past<D::State>, StoreError> {
    let (mut position, mut recorded, mut happened) = (None, None, None);
    match until {
        Until::Position(at) => position = Some(i64::try_from(at).unwrap_or(i64::MAX)),
        Until::Recorded(at) => recorded = Some(at.to_sqlx()),
        Until::Happened(at) => happened = Some(at.to_sqlx()),
        Until::Head => {}
    }
    let rows = sqlx::query(EVENTS)
        .bind(D::TYPE)
        .bind(id)
        .bind(position)
        .bind(recorded)
        .bind(happened)
        .fetch_all(pool)
        .await?;
    let mut past = Past {
        state: D::State::default(),
        events: Vec::with_capacity(rows.len()),
    };
    for row in &rows {
        let position = row.try_get::<i64, _>("position")?.unsigned_abs();
        let payload: &str = row.try_get("payload")?;
        let event_type: String = row.try_get("event_type")?;
        let event =
            D::Event::read(&event_type, payload).map_err(|error| StoreError::unreadable(position, &error))?;
        D::evolve(&mut past.state, &event);
        past.events.push(PastEvent {
            position,
            sequence: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
            event_type,
            occurred_at: row
                .try_get::<Option<SqlTimestamp>, _>("occurred_at")?
                .map(SqlTimestamp::to_jiff),
            recorded_at: row.try_get::<SqlTimestamp, _>("recorded_at")?.to_jiff(),
            payload: serde_json::from_str(payload).unwrap_or(Value::Null),
        });
    }
    Ok(past)
}
