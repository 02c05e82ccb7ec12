//! Records on their way from whoever reads a topic to the follower of a view.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use guanxi_kernel::EventSet;
use tokio::sync::mpsc;

use super::Reader;
use crate::follow::progress::Track;
use crate::follow::{FollowError, Loop, Standing};

/// Bytes that may wait for a follower before the topic is told to pause.
const ENOUGH: usize = 8 * 1024 * 1024;

/// Where records of a view's topic are handed in.
#[derive(Debug, Clone)]
pub struct FeedSender {
    records: mpsc::UnboundedSender<Record>,
    waiting: Arc<AtomicUsize>,
}

/// Where they come out: the records of one topic, in order, from [`fed_up_to`](Loop::fed_up_to) on.
#[derive(Debug)]
pub struct Feed {
    records: mpsc::UnboundedReceiver<Record>,
    /// Already received, since somebody waited for it.
    first: Option<Record>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) offset: i64,
    pub(super) bytes: Vec<u8>,
}

impl Feed {
    /// A way from one to the other.
    #[must_use]
    pub fn new() -> (FeedSender, Self) {
        let (sender, records) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let sender = FeedSender {
            records: sender,
            waiting: Arc::clone(&waiting),
        };
        let feed = Self {
            records,
            first: None,
            waiting,
        };
        (sender, feed)
    }

    pub(super) fn try_next(&mut self) -> Option<Record> {
        let record = self.first.take().or_else(|| self.records.try_recv().ok())?;
        self.waiting.fetch_sub(record.bytes.len(), Ordering::Relaxed);
        Some(record)
    }

    /// Done when a record waits; never, where no more will come.
    pub(super) async fn waits(&mut self) {
        if self.first.is_none() {
            self.first = self.records.recv().await;
        }
        if self.first.is_none() {
            std::future::pending().await
        }
    }
}

impl FeedSender {
    /// Hands in the next record of the topic. What nobody follows any more is dropped.
    pub fn send(&self, offset: i64, bytes: &[u8]) {
        let record = Record {
            offset,
            bytes: bytes.to_vec(),
        };
        self.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        drop(self.records.send(record));
    }

    /// Whether so much waits that the topic should pause.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > ENOUGH
    }
}

impl<E: EventSet> Loop<E> {
    /// Where a view's topic goes on behind what its rows contain: the offset that was committed with them.
    ///
    /// # Errors
    /// No such view, or the database.
    pub async fn fed_up_to(&self, view: &str) -> Result<Option<i64>, FollowError> {
        let found = self.view(view).ok_or_else(|| unknown(view))?;
        let mut follower = found.follower(self.inner.store.pool().clone());
        Ok(follower.resume().await?.feed_offset)
    }

    /// Follows a view by what it is fed with, through failures, until it is dropped. Of two that follow one view, here
    /// or elsewhere, one writes and the other stands by.
    ///
    /// # Errors
    /// No such view.
    pub async fn follow_fed(&self, view: &str, feed: Feed) -> Result<(), FollowError> {
        let found = self.view(view).ok_or_else(|| unknown(view))?;
        let pool = self.inner.store.pool().clone();
        let reader = Reader::new(pool.clone(), found.version(), feed);
        let follower = found.follower(pool);
        let driver = self.driver(&*follower, Box::new(reader));
        let _left = Left(Arc::clone(&driver.track));
        driver.guard(follower).await;
        Ok(())
    }
}

/// Says, when the view is given up, that others follow it now.
struct Left(Arc<Track>);

impl Drop for Left {
    fn drop(&mut self) {
        if !matches!(self.0.standing(), Standing::Stopped(_)) {
            self.0.set(Standing::StandingBy);
        }
    }
}

fn unknown(view: &str) -> FollowError {
    FollowError::Fault(format!("no view is called `{view}`"))
}
