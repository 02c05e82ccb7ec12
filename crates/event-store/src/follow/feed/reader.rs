//! What comes from a topic, made into batches that begin where the view stands.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use guanxi_kernel::{EventSet, Recorded};
use sqlx::PgPool;

use super::Feed;
use super::line::{Line, Part};
use super::receiving::Record;
use crate::follow::read::check_continuity;
use crate::follow::source::Source;
use crate::follow::{Batch, Checkpoint, FollowError, Mark, Segment, read_segment};

/// Runs without events are cheap, but not free.
const MOST_RUNS: usize = 1024;

/// The source of a fed view.
pub(crate) struct Reader<E> {
    pool: PgPool,
    version: u32,
    feed: Feed,
    /// The parts of a run that have come so far.
    parts: usize,
    events: Vec<Recorded<E>>,
    /// The runs that are next. They stay until the view stands at their ends, so that a failure loses nothing.
    runs: VecDeque<Run<E>>,
    /// Something came that is no run: the log is read to its end instead.
    astray: bool,
}

struct Run<E> {
    version: u32,
    segment: Arc<Segment<E>>,
    /// Where the topic goes on behind it.
    next: i64,
}

impl<E: EventSet> Reader<E> {
    pub(super) fn new(pool: PgPool, version: u32, feed: Feed) -> Self {
        Self {
            pool,
            version,
            feed,
            parts: 0,
            events: Vec::new(),
            runs: VecDeque::new(),
            astray: false,
        }
    }

    /// Takes what has come, up to about `limit` events.
    fn fill(&mut self, limit: usize) -> Result<(), FollowError> {
        let mut events: usize = self.runs.iter().map(|run| run.segment.events.len()).sum();
        while events < limit && self.runs.len() < MOST_RUNS && !self.astray {
            let Some(record) = self.feed.try_next() else {
                return Ok(());
            };
            let before = self.runs.len();
            self.take(&record)?;
            let new = self.runs.iter().skip(before);
            events += new.map(|run| run.segment.events.len()).sum::<usize>();
        }
        Ok(())
    }

    fn take(&mut self, record: &Record) -> Result<(), FollowError> {
        let Ok(part) = serde_json::from_slice::<Part<Line<'_>>>(&record.bytes) else {
            self.lose(record, "it is no run of the log");
            return Ok(());
        };
        let (Some(after), Some(last)) = (part.after.mark(), part.last.mark()) else {
            self.lose(record, "it names no place");
            return Ok(());
        };
        if part.part == 0 {
            (self.parts, self.events) = (0, Vec::new());
        }
        if part.part != self.parts {
            self.lose(record, "what came before it is missing");
            return Ok(());
        }
        self.parts += 1;
        for line in &part.events {
            self.events.push(line.understood()?);
        }
        if self.parts == part.parts {
            let segment = Segment {
                after,
                last,
                events: std::mem::take(&mut self.events),
            };
            self.runs.push_back(Run {
                version: part.version,
                segment: Arc::new(segment),
                next: record.offset + 1,
            });
        }
        Ok(())
    }

    fn lose(&mut self, record: &Record, why: &str) {
        tracing::warn!(
            offset = record.offset,
            why,
            "a record is passed by; the log is read instead"
        );
        (self.parts, self.events, self.astray) = (0, Vec::new(), true);
    }

    /// How many of the runs follow each other from a place on.
    fn in_a_row(&self, at: Mark) -> usize {
        let mut end = at;
        let follows = |run: &&Run<E>| {
            let follows = run.segment.after == end && run.version == self.version;
            end = run.segment.last;
            follows
        };
        self.runs.iter().take_while(follows).count()
    }

    /// Whether a place is one of the log as it is now. A chain covers all that is before it: where the end of a row of
    /// runs is genuine, all of them are.
    async fn is_genuine(&self, place: Mark) -> Result<bool, FollowError> {
        match check_continuity(&self.pool, place).await {
            Err(FollowError::Discontinued { .. }) => Ok(false),
            known => known.map(|()| true),
        }
    }

    /// As many runs in a row as there are, else one; `None` if there is none that follows.
    async fn fed(&self, at: Mark) -> Result<Option<Batch<E>>, FollowError> {
        for count in [self.in_a_row(at), 1] {
            let row: Vec<_> = self.runs.iter().take(count).collect();
            let Some(last) = row.last().filter(|_| self.in_a_row(at) > 0) else {
                return Ok(None);
            };
            if self.is_genuine(last.segment.last).await? {
                let segments = row.iter().map(|run| Arc::clone(&run.segment)).collect();
                return Ok(Batch::fed(segments, last.next));
            }
        }
        Ok(None)
    }

    /// From the log itself, up to where the topic is of use again.
    async fn read_log(
        &self,
        at: Mark,
        limit: usize,
        until: Option<u64>,
    ) -> Result<Option<Batch<E>>, FollowError> {
        let segment = read_segment(&mut *self.pool.acquire().await?, at, limit, until).await?;
        Ok(segment.and_then(|segment| Batch::of(vec![Arc::new(segment)])))
    }
}

#[async_trait]
impl<E: EventSet> Source<E> for Reader<E> {
    async fn next(&mut self, at: &Checkpoint, limit: usize) -> Result<Option<Batch<E>>, FollowError> {
        loop {
            if self.astray {
                if let Some(batch) = self.read_log(at.mark, limit, None).await? {
                    return Ok(Some(batch));
                }
                self.astray = false;
            }
            self.runs
                .retain(|run| run.segment.last.position > at.mark.position);
            self.fill(limit)?;
            if self.astray {
                continue;
            }
            let Some(first) = self.runs.front() else {
                return Ok(None);
            };
            let last = first.segment.last;
            if last.position > at.mark.position {
                if let Some(batch) = self.fed(at.mark).await? {
                    return Ok(Some(batch));
                }
                if self.is_genuine(last).await? {
                    return self.read_log(at.mark, limit, Some(last.position)).await;
                }
                tracing::warn!(
                    position = last.position,
                    "a run of another past of the log is passed by"
                );
            }
            self.runs.pop_front();
        }
    }

    fn attend(&mut self) {}

    async fn moved(&mut self) {
        self.feed.waits().await;
    }
}
