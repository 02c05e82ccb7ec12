//! Working the inbox off: notices are leased, so that several processes share them and a crash returns them.

use std::time::Duration;

use guanxi_kernel::{SubjectId, Timestamp};
use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::Row;

use super::{Inbox, content};
use crate::StoreError;

/// How long a translator has before its notice is given to another.
const LEASE_S: f64 = 60.0;
/// Pauses between tries of a notice: 1 s, 2 s, 4 s … at most this.
const LONGEST_PAUSE_S: f64 = 300.0;

/// A notice to be translated.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its place in the inbox.
    pub id: i64,
    /// The sender's name for it.
    pub key: String,
    /// The subject that it is sealed under.
    pub subject: SubjectId,
    /// Headers, as JSON.
    pub headers: String,
    /// The raw body.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
    /// How often it has been tried, this time included.
    pub attempts: i32,
}

/// How a notice is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Translated; says to what, in a few words and without personal data.
    Done(String),
    /// It cannot be translated as things are: an operator must look.
    Failed(String),
    /// Something passing stood in the way: it comes again, later and later.
    Later(String),
}

impl Inbox {
    /// Takes the oldest notices that wait, at most `limit`, and leases them to the caller. Those of erased persons are
    /// settled on the way.
    ///
    /// # Errors
    /// The database.
    pub async fn take(&self, source: &str, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let rows = sqlx::query(
            "with soon as materialized (select set_config('synchronous_commit', 'off', true))
             update log.inbox i
                set attempts = i.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => $3)
               from soon, (select id from log.inbox
                      where source = $1 and state = 'waiting' and next_attempt_at <= clock_timestamp()
                      order by next_attempt_at, id limit $2 for update skip locked) as next
              where i.id = next.id
          returning i.id, i.notice_key, i.subject, i.sealed, i.received_at, i.attempts",
        )
        .bind(source)
        .bind(i64::from(limit))
        .bind(LEASE_S)
        .fetch_all(self.store.pool())
        .await?;
        let mut taken = Vec::with_capacity(rows.len());
        for row in &rows {
            let subject = SubjectId::new(row.try_get::<String, _>("subject")?)
                .map_err(|error| StoreError::Unstorable(error.to_string()))?;
            taken.push((row.try_get::<i64, _>("id")?, subject, row));
        }
        let subjects: Vec<_> = taken.iter().map(|(_, subject, _)| subject.clone()).collect();
        let keys = self.store.vault().keys(&subjects).await?;
        let mut notices = Vec::with_capacity(taken.len());
        let mut erased = Vec::new();
        for (id, subject, row) in taken {
            let opened = keys
                .get(&subject)
                .and_then(|key| key.open_bytes(row.get("sealed")).ok());
            let Some((headers, body)) = opened.as_deref().and_then(content::unpack) else {
                erased.push((id, Settled::Done("erased".to_owned())));
                continue;
            };
            notices.push(Notice {
                id,
                key: row.try_get("notice_key")?,
                subject,
                headers,
                body,
                received_at: row.try_get::<SqlTimestamp, _>("received_at")?.to_jiff(),
                attempts: row.try_get("attempts")?,
            });
        }
        if !erased.is_empty() {
            self.settle_all(&erased).await?;
        }
        notices.sort_by_key(|notice| notice.id);
        Ok(notices)
    }

    /// Notes what became of a notice. Settling it again changes nothing but the note.
    ///
    /// # Errors
    /// The database.
    pub async fn settle(&self, id: i64, settled: &Settled) -> Result<(), StoreError> {
        self.settle_all(&[(id, settled.clone())]).await
    }

    /// Notes what became of several notices. A crash may take a note away: then its notice is translated again, which
    /// changes nothing. So nobody waits for the disk.
    ///
    /// # Errors
    /// The database.
    pub async fn settle_all(&self, settled: &[(i64, Settled)]) -> Result<(), StoreError> {
        let (mut ids, mut states, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (id, settled) in settled {
            let (state, note) = match settled {
                Settled::Done(note) => ("done", note),
                Settled::Failed(note) => ("failed", note),
                Settled::Later(note) => ("waiting", note),
            };
            ids.push(*id);
            states.push(state);
            notes.push(note.as_str());
        }
        sqlx::query(
            "with soon as materialized (select set_config('synchronous_commit', 'off', true))
             update log.inbox i
                set state = s.state, result = s.note,
                    settled_at = case when s.state <> 'waiting' then clock_timestamp() end,
                    next_attempt_at = case when s.state = 'waiting'
                        then clock_timestamp() + make_interval(secs => least($4, power(2, least(attempts, 20)) / 2))
                        else next_attempt_at end
               from soon, unnest($1::bigint[], $2::text[], $3::text[]) as s (id, state, note)
              where i.id = s.id",
        )
        .bind(ids)
        .bind(states)
        .bind(notes)
        .bind(LONGEST_PAUSE_S)
        .execute(self.store.pool())
        .await?;
        Ok(())
    }

    /// Waits until a notice comes, or for this long.
    ///
    /// # Errors
    /// The database.
    pub async fn wait(&self, at_most: Duration) -> Result<(), StoreError> {
        let mut listener = sqlx::postgres::PgListener::connect_with(self.store.pool()).await?;
        listener.listen("guanxi_inbox").await?;
        match tokio::time::timeout(at_most, listener.recv()).await {
            Ok(heard) => heard.map(drop).map_err(StoreError::from),
            Err(_) => Ok(()),
        }
    }
}
