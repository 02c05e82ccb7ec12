//! The whole log read once and recomputed.

use guanxi_kernel::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::check::{BatchRow, Checker, EventRow};
use super::hash::Canonical;
use super::{Checkpoint, Digest, Finding};
use crate::StoreError;

const PAGE: u64 = 4_096;

/// How far an audit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Checked up to here.
    pub position: u64,
    /// Where the log ended when the audit began.
    pub head: u64,
}

/// What an audit has seen.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The last position that was checked and is whole.
    pub position: u64,
    /// The chain at the end of the last whole batch.
    pub chain: Digest,
    /// Batches checked.
    pub batches: u64,
    /// Streams met.
    pub streams: u64,
    /// When the audit began.
    pub began_at: Timestamp,
    /// What is wrong; nothing if the log is whole.
    pub finding: Option<Finding>,
}

impl Report {
    /// Whether the log is whole.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.finding.is_none()
    }
}

/// Reads the log from its first event to its present end: positions, sequences, the hash of every event, the root and
/// the chain of every batch, and what signed checkpoints have seen. Stops at the first thing that is wrong.
///
/// Appends may go on meanwhile. `began_at` is the caller's clock.
///
/// # Errors
/// The database. What is wrong with the log is no error but a [`Finding`] in the report.
pub async fn verify(
    pool: &PgPool,
    checkpoints: &[Checkpoint],
    began_at: Timestamp,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Report, StoreError> {
    let ends = Ends::read(pool).await?;
    let mut checker = Checker::new(checkpoints);
    let mut page = Page::read(pool, 0, ends.head).await?;
    let mut finding = None;
    while let Some(present) = page {
        // The next page travels while this one is hashed.
        let last = present.last;
        let checked = tokio::task::spawn_blocking(move || present.check(checker));
        let (next, checked) = tokio::join!(Page::read(pool, last, ends.head), checked);
        let (returned, outcome) = checked.map_err(|_| StoreError::Closed)?;
        checker = returned;
        progress(Progress {
            position: checker.position(),
            head: ends.head,
        });
        if let Err(first) = outcome? {
            finding = Some(first);
            break;
        }
        page = next?;
    }
    if finding.is_none() {
        finding = if ends.events > ends.head {
            Some(Finding::Unbound {
                position: ends.head + 1,
            })
        } else {
            checker.end(ends.answered).err()
        };
    }
    Ok(Report {
        position: checker.position(),
        chain: checker.chain(),
        batches: checker.batches_seen(),
        streams: checker.streams(),
        began_at,
        finding,
    })
}

/// Where the log ends, by the two tables that know, and how many events the answers to commands tell of, in one snapshot.
struct Ends {
    head: u64,
    events: u64,
    answered: u64,
}

impl Ends {
    async fn read(pool: &PgPool) -> Result<Self, StoreError> {
        let row = sqlx::query(
            "select coalesce((select max(last) from log.batches), 0) as head,
                    coalesce((select max(position) from log.events), 0) as events,
                    (select coalesce(sum(events), 0)::bigint from log.commands) as answered",
        )
        .fetch_one(pool)
        .await?;
        Ok(Self {
            head: row.try_get::<i64, _>("head")?.unsigned_abs(),
            events: row.try_get::<i64, _>("events")?.unsigned_abs(),
            answered: row.try_get::<i64, _>("answered")?.unsigned_abs(),
        })
    }
}

/// Some events in a row and the batches that end among or right behind them.
struct Page {
    last: u64,
    events: Vec<PgRow>,
    batches: Vec<BatchRow>,
}

impl Page {
    async fn read(pool: &PgPool, after: u64, head: u64) -> Result<Option<Self>, StoreError> {
        if after >= head {
            return Ok(None);
        }
        let last = head.min(after + PAGE);
        let (from, to) = (signed(after), signed(last));
        let select = format!(
            "select {HASHED}, position, hash, recorded_at from log.events
              where position > $1 and position <= $2 order by position"
        );
        let events = sqlx::query(&select).bind(from).bind(to).fetch_all(pool);
        // Those that begin in this page: the batch that reaches into it came with the page before.
        let batches = sqlx::query(
            "select last, n, root, chain, recorded_at from log.batches
              where last > coalesce((select min(last) from log.batches where last >= $1 and $1 > 0), 0)
                and last <= (select min(last) from log.batches where last >= $2) order by last",
        )
        .bind(from)
        .bind(to)
        .fetch_all(pool);
        let (events, batches) = tokio::try_join!(events, batches)?;
        let batches = batches.iter().map(batch).collect::<Result<_, _>>()?;
        Ok(Some(Self {
            last,
            events,
            batches,
        }))
    }

    fn check(self, mut checker: Checker) -> (Checker, Result<Result<(), Finding>, StoreError>) {
        checker.expect(self.batches);
        for row in &self.events {
            let looked_at = event(row).map(|event| checker.event(&event));
            if !matches!(looked_at, Ok(Ok(()))) {
                return (checker, looked_at.map_err(StoreError::from));
            }
        }
        let reached = checker.position();
        let whole = if reached < self.last {
            Err(Finding::Missing {
                position: reached + 1,
            })
        } else {
            Ok(())
        };
        (checker, Ok(whole))
    }
}

fn event(row: &PgRow) -> Result<EventRow<'_>, sqlx::Error> {
    Ok(EventRow {
        canonical: canonical(row)?,
        position: row.try_get::<i64, _>(9)?.unsigned_abs(),
        hash: row.try_get(10)?,
        recorded_at_us: micros(row, 11)?,
    })
}

/// The columns that an event's hash covers, as [`canonical`] finds them: by their places, since looking names up for
/// each event of the log takes longer than reading them.
pub(super) const HASHED: &str = "event_id, command_id, aggregate_type, aggregate_id, sequence, event_type, event_version, \
                                 payload::text, metadata::text";

/// An event of which [`HASHED`] was read first.
pub(super) fn canonical(row: &PgRow) -> Result<Canonical<'_>, sqlx::Error> {
    Ok(Canonical {
        event_id: row.try_get(0)?,
        command_id: row.try_get(1)?,
        aggregate_type: row.try_get(2)?,
        aggregate_id: row.try_get(3)?,
        sequence: row.try_get::<i64, _>(4)?.unsigned_abs(),
        event_type: row.try_get(5)?,
        event_version: row.try_get(6)?,
        payload: row.try_get(7)?,
        metadata: row.try_get(8)?,
    })
}

/// A time of the log in microseconds since 1970, as hashes have it.
fn micros(row: &PgRow, column: usize) -> Result<i64, sqlx::Error> {
    Ok(row.try_get::<SqlTimestamp, _>(column)?.to_jiff().as_microsecond())
}

pub(super) fn batch(row: &PgRow) -> Result<BatchRow, sqlx::Error> {
    Ok(BatchRow {
        last: row.try_get::<i64, _>("last")?.unsigned_abs(),
        n: row.try_get("n")?,
        root: row.try_get("root")?,
        chain: row.try_get("chain")?,
        recorded_at_us: micros(row, 4)?,
    })
}

pub(super) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
