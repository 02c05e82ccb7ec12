//! What comes from a topic, made into batches that begin where the view stands.

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

/// The source of a fed view.
pub(crate) struct Reader<E> {
    pool: PgPool,
    version: u32,
    feed: Feed,
    /// The parts of a run that have come so far.
    parts: usize,
    events: Vec<Recorded<E>>,
    /// The run that is next. It stays until the view stands at its end, so that a failure loses nothing.
    run: Option<Run<E>>,
    /// Something came that is no run: the log is read to its end instead.
    astray: bool,
}

struct Run<E> {
    version: u32,
    segment: Arc<Segment<E>>,
    /// Where the topic goes on behind it.
    next: i64,
    /// Whether it is known to be of the log as it is now.
    genuine: bool,
}

impl<E: EventSet> Reader<E> {
    pub(super) fn new(pool: PgPool, version: u32, feed: Feed) -> Self {
        Self {
            pool,
            version,
            feed,
            parts: 0,
            events: Vec::new(),
            run: None,
            astray: false,
        }
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
            self.run = Some(Run {
                version: part.version,
                segment: Arc::new(Segment {
                    after,
                    last,
                    events: std::mem::take(&mut self.events),
                }),
                next: record.offset + 1,
                genuine: false,
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

    /// Whether the run is to be folded, now or when the view has come to its beginning.
    async fn is_next(&mut self, at: Mark) -> Result<bool, FollowError> {
        let Some(run) = &mut self.run else {
            return Ok(false);
        };
        let last = run.segment.last;
        if last.position <= at.position {
            return Ok(false);
        }
        if !run.genuine {
            match check_continuity(&self.pool, last).await {
                Err(FollowError::Discontinued { position }) => {
                    tracing::warn!(position, "a run of another past of the log is passed by");
                    return Ok(false);
                }
                known => known?,
            }
            run.genuine = true;
        }
        Ok(true)
    }

    /// From the log itself, up to where the topic is of use again.
    async fn read_log(
        &self,
        at: Mark,
        limit: usize,
        until: Option<u64>,
    ) -> Result<Option<Batch<E>>, FollowError> {
        let segment = read_segment(&self.pool, at, limit, until).await?;
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
            if !self.is_next(at.mark).await? {
                self.run = None;
                let Some(record) = self.feed.try_next() else {
                    return Ok(None);
                };
                self.take(&record)?;
            } else if let Some(run) = &self.run {
                if run.segment.after == at.mark && run.version == self.version {
                    return Ok(Batch::fed(Arc::clone(&run.segment), run.next));
                }
                return self
                    .read_log(at.mark, limit, Some(run.segment.last.position))
                    .await;
            }
        }
    }

    fn attend(&mut self) {}

    async fn moved(&mut self) {
        self.feed.waits().await;
    }
}
