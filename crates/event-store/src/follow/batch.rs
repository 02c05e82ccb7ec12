//! What followers are fed with.

use std::sync::Arc;

use guanxi_kernel::Recorded;

use super::Mark;

/// A run of the log that ends where one of its batches ends, read and decoded once for all followers.
#[derive(Debug)]
pub struct Segment<E> {
    pub(crate) after: Mark,
    pub(crate) last: Mark,
    pub(crate) events: Vec<Recorded<E>>,
}

/// The events that a follower works in one transaction.
#[derive(Debug, Clone)]
pub struct Batch<E> {
    segments: Vec<Arc<Segment<E>>>,
    last: Mark,
    len: usize,
    feed_offset: Option<i64>,
}

impl<E> Batch<E> {
    /// Puts neighbouring segments together; `None` without any.
    pub(crate) fn of(segments: Vec<Arc<Segment<E>>>) -> Option<Self> {
        let last = segments.last()?.last;
        let len = segments.iter().map(|segment| segment.events.len()).sum();
        Some(Self {
            segments,
            last,
            len,
            feed_offset: None,
        })
    }

    /// What a topic has carried: of runs of the log, what concerns one view. Behind it the topic goes on at the offset.
    pub(crate) fn fed(runs: Vec<Arc<Segment<E>>>, offset: i64) -> Option<Self> {
        let batch = Self::of(runs)?;
        Some(Self {
            feed_offset: Some(offset),
            ..batch
        })
    }

    pub(crate) fn feed_offset(&self) -> Option<i64> {
        self.feed_offset
    }

    /// The place in the log behind which the batch begins.
    pub(crate) fn after(&self) -> Mark {
        self.segments.first().map_or(self.last, |first| first.after)
    }

    /// The events in the order of the log.
    pub fn events(&self) -> impl Iterator<Item = &Recorded<E>> {
        self.segments.iter().flat_map(|segment| &segment.events)
    }

    /// The place in the log that is reached when the batch is done.
    #[must_use]
    pub fn last(&self) -> Mark {
        self.last
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
