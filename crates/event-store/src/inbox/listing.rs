//! The inbox as an operator sees it: what waits, what failed and why. Never a body.

use guanxi_kernel::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde::Serialize;
use sqlx::Row;

use super::Inbox;
use crate::StoreError;

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxState {
    /// To be translated.
    Waiting,
    /// Translated.
    Done,
    /// To be looked at.
    Failed,
}

impl InboxState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// A notice in a list.
#[derive(Debug, Clone, Serialize)]
pub struct InboxEntry {
    /// Its place.
    pub id: i64,
    /// Whose protocol.
    pub source: String,
    /// The sender's name for it.
    pub key: String,
    /// When it came.
    pub received_at: Timestamp,
    /// How often it was tried.
    pub attempts: i32,
    /// What became of it.
    pub result: Option<String>,
}

/// How many notices stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct InboxCounts {
    /// To be translated.
    pub waiting: i64,
    /// Translated.
    pub done: i64,
    /// To be looked at.
    pub failed: i64,
}

impl Inbox {
    /// Notices in a state behind a place, oldest first, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn list(
        &self,
        state: InboxState,
        after: i64,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, StoreError> {
        let rows = sqlx::query(
            "select id, source, notice_key, received_at, attempts, result from log.inbox
              where state = $1 and id > $2 order by id limit $3",
        )
        .bind(state.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(self.store.pool())
        .await?;
        let entries = rows.iter().map(|row| {
            Ok(InboxEntry {
                id: row.try_get("id")?,
                source: row.try_get("source")?,
                key: row.try_get("notice_key")?,
                received_at: row.try_get::<SqlTimestamp, _>("received_at")?.to_jiff(),
                attempts: row.try_get("attempts")?,
                result: row.try_get("result")?,
            })
        });
        entries.collect()
    }

    /// Gives a failed notice to the translators again; false if it has not failed.
    ///
    /// # Errors
    /// The database.
    pub async fn retry(&self, id: i64) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update log.inbox set state = 'waiting', attempts = 0, next_attempt_at = clock_timestamp(),
                                  settled_at = null
              where id = $1 and state = 'failed'",
        )
        .bind(id)
        .execute(self.store.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// How many notices stand where.
    ///
    /// # Errors
    /// The database.
    pub async fn counts(&self) -> Result<InboxCounts, StoreError> {
        let row = sqlx::query(
            "select count(*) filter (where state = 'waiting') as waiting,
                    count(*) filter (where state = 'done') as done,
                    count(*) filter (where state = 'failed') as failed from log.inbox",
        )
        .fetch_one(self.store.pool())
        .await?;
        Ok(InboxCounts {
            waiting: row.try_get("waiting")?,
            done: row.try_get("done")?,
            failed: row.try_get("failed")?,
        })
    }
}
