//! The two statements behind a group of look-ups.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::reader::{Found, LookUp};
use crate::append::KnownAnswer;

// A snapshot comes as a row without a type in front of the events behind it; one that lies beyond its stream's end
// is none of this log's.
const EVENTS: &str = "
    select r.ord, f.sequence, f.event_type, f.payload, f.position
      from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) with ordinality as r(type, id, after, schema, ord)
      left join lateral (select s.sequence, s.state from log.snapshots s
                          where s.aggregate_type = r.type and s.aggregate_id = r.id and s.schema = r.schema
                            and s.sequence > r.after
                            and exists (select from log.events e
                                         where e.aggregate_type = r.type and e.aggregate_id = r.id
                                           and e.sequence = s.sequence)) s on true
     cross join lateral (select s.sequence, null::text as event_type, s.state::text as payload, 0::bigint as position
                          where s.sequence is not null
                          union all
                         select e.sequence, e.event_type, e.payload::text, e.position
                           from log.events e
                          where e.aggregate_type = r.type and e.aggregate_id = r.id
                            and e.sequence > greatest(r.after, s.sequence)) f
     order by r.ord, f.sequence";

const ANSWERS: &str = "
    select command_id, digest, outcome, code, message, first, last from log.answered($1)";

/// An event as a rule needs it, or a snapshot, which has no type.
#[derive(Debug, Clone)]
pub(crate) struct StoredRow {
    pub sequence: u64,
    pub position: u64,
    pub event_type: Option<String>,
    pub payload: String,
}

/// Answers a group of look-ups, in its order.
pub(crate) async fn look_up(
    connection: &mut PgConnection,
    group: &[&LookUp],
) -> Result<Vec<Found>, sqlx::Error> {
    let mut found = vec![Found::default(); group.len()];
    let mut types = Vec::with_capacity(group.len());
    let mut ids = Vec::with_capacity(group.len());
    let mut after = Vec::with_capacity(group.len());
    let mut schemas = Vec::with_capacity(group.len());
    for look_up in group {
        types.push(look_up.stream.aggregate_type.to_string());
        ids.push(look_up.stream.aggregate_id.to_string());
        after.push(i64::try_from(look_up.after).unwrap_or(i64::MAX));
        schemas.push(look_up.schema.as_deref());
    }
    let rows = sqlx::query(EVENTS)
        .bind(types)
        .bind(ids)
        .bind(after)
        .bind(schemas)
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let index = usize::try_from(row.try_get::<i64, _>("ord")?)
            .unwrap_or(0)
            .wrapping_sub(1);
        if let Some(found) = found.get_mut(index) {
            found.events.push(StoredRow {
                sequence: row.try_get::<i64, _>("sequence")?.unsigned_abs(),
                position: row.try_get::<i64, _>("position")?.unsigned_abs(),
                event_type: row.try_get("event_type")?,
                payload: row.try_get("payload")?,
            });
        }
    }
    let asked: Vec<_> = group
        .iter()
        .filter_map(|look_up| look_up.command.as_ref())
        .map(ToString::to_string)
        .collect();
    if asked.is_empty() {
        return Ok(found);
    }
    let rows = sqlx::query(ANSWERS).bind(asked).fetch_all(connection).await?;
    let mut answers = HashMap::with_capacity(rows.len());
    for row in &rows {
        answers.insert(row.try_get::<String, _>("command_id")?, known(row)?);
    }
    for (look_up, found) in group.iter().zip(&mut found) {
        found.known = look_up
            .command
            .as_ref()
            .and_then(|id| answers.get(id.as_str()).cloned());
    }
    Ok(found)
}

/// A row of `log.answered`.
pub(crate) fn known(row: &PgRow) -> Result<KnownAnswer, sqlx::Error> {
    KnownAnswer::from_columns(
        &row.try_get::<Vec<u8>, _>("digest")?,
        &row.try_get::<String, _>("outcome")?,
        row.try_get("code")?,
        row.try_get("message")?,
        (row.try_get("first")?, row.try_get("last")?),
    )
}
