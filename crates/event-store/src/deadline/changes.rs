//! What a batch of a policy does to its deadlines.

use std::collections::BTreeMap;

use guanxi_kernel::{Cause, Deadline, DeadlineChange, EventId, Recorded};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::follow::FollowError;
use crate::metadata;
use crate::view::{canonical, key_text};

/// The last word of a batch about each key.
#[derive(Default)]
pub(crate) struct Changes(BTreeMap<String, Option<Set>>);

struct Set {
    due_at: guanxi_kernel::Timestamp,
    payload: String,
    cause: String,
}

/// The event behind a deadline, as stored.
#[derive(Serialize, Deserialize)]
struct StoredCause {
    event_id: EventId,
    metadata: Box<RawValue>,
}

impl Changes {
    /// Takes in what an event does to deadlines: all of it or, if the table cannot hold it, nothing.
    pub(crate) fn add<E>(&mut self, event: &Recorded<E>, changes: Vec<DeadlineChange>) -> Result<(), String> {
        let mut wanted = Vec::with_capacity(changes.len());
        for change in changes {
            wanted.push(match change {
                DeadlineChange::Set { key, due_at, payload } => {
                    let set = Set {
                        due_at,
                        payload: canonical(&payload)?,
                        cause: cause_text(event),
                    };
                    (key_text(&key)?, Some(set))
                }
                DeadlineChange::Cancel { key } => (key_text(&key)?, None),
            });
        }
        self.0.extend(wanted);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) async fn write(&self, work: &mut PgConnection, policy: &str) -> Result<(), FollowError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let gone: Vec<&str> = self
            .0
            .iter()
            .filter(|(_, set)| set.is_none())
            .map(|(key, _)| key.as_str())
            .collect();
        let set: Vec<(&str, &Set)> = self
            .0
            .iter()
            .filter_map(|(key, set)| Some((key.as_str(), set.as_ref()?)))
            .collect();
        sqlx::query(
            "with gone as (delete from follow.deadlines where policy = $1 and key = any($2)) \
             insert into follow.deadlines (policy, key, due_at, payload, cause) \
             select $1, key, due_at, payload::jsonb, cause::jsonb \
             from unnest($3::text[], $4::timestamptz[], $5::text[], $6::text[]) as d (key, due_at, payload, cause) \
             on conflict (policy, key) do update set due_at = excluded.due_at, payload = excluded.payload, \
               cause = excluded.cause, attempts = 0, error = null",
        )
        .bind(policy)
        .bind(gone)
        .bind(set.iter().map(|(key, _)| *key).collect::<Vec<_>>())
        .bind(set.iter().map(|(_, set)| set.due_at.to_sqlx()).collect::<Vec<_>>())
        .bind(set.iter().map(|(_, set)| set.payload.as_str()).collect::<Vec<_>>())
        .bind(set.iter().map(|(_, set)| set.cause.as_str()).collect::<Vec<_>>())
        .execute(work)
        .await?;
        Ok(())
    }
}

fn cause_text<E>(event: &Recorded<E>) -> String {
    let metadata = metadata::write(&event.metadata);
    let raw = RawValue::from_string(metadata).ok();
    let cause = raw.map(|metadata| StoredCause {
        event_id: event.event_id.clone(),
        metadata,
    });
    cause
        .and_then(|cause| serde_json::to_string(&cause).ok())
        .unwrap_or_default()
}

/// A row of `key, due_at, payload::text, cause::text`.
pub(super) fn deadline(row: &PgRow) -> Result<Deadline, FollowError> {
    let fault = |what: &str| FollowError::Fault(format!("a stored deadline has no readable {what}"));
    let due_at = row.try_get::<jiff_sqlx::Timestamp, _>(1)?.to_jiff();
    let cause: StoredCause = serde_json::from_str(row.try_get(3)?).map_err(|_| fault("cause"))?;
    Ok(Deadline {
        key: row.try_get(0)?,
        due_at,
        payload: serde_json::from_str(row.try_get(2)?).map_err(|_| fault("payload"))?,
        cause: Cause {
            event_id: cause.event_id,
            metadata: metadata::read(cause.metadata.get(), due_at).map_err(|_| fault("metadata"))?,
        },
    })
}
