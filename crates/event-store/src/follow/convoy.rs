//! What lies far behind the head, read and decoded once for all followers that are close to each other there.
//!
//! After a reset, an import or a long stop all views begin at about the same place. Whoever comes first reads a segment
//! for all of them, the next one too while this one is worked; who runs ahead waits a moment for the others, so that they
//! need not read it again.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use guanxi_kernel::EventSet;
use sqlx::PgPool;
use tokio::sync::{Notify, OnceCell};
use tokio::task::AbortHandle;
use tokio::time::timeout_at;

use super::read::read_segment;
use super::{FollowError, Mark, Segment};

/// Segments that are kept for the slower ones of those who want batches of one size.
const KEPT: usize = 4;
/// How long who runs ahead waits for the others, each time.
const PATIENCE: Duration = Duration::from_secs(3);
/// Nobody waits for a follower that has stood still so long.
const STANDS_STILL: Duration = Duration::from_secs(3);

/// Followers behind the head. Cheap to clone.
pub(crate) struct Convoy<E> {
    shared: Arc<Shared<E>>,
}

struct Shared<E> {
    pool: PgPool,
    /// By the most events that a follower wants at once: only those who want the same see the same boundaries.
    lanes: Mutex<HashMap<usize, Lane<E>>>,
    advanced: Notify,
    members: AtomicU64,
}

/// A segment that is there, or is being read.
type Slot<E> = Arc<OnceCell<Option<Arc<Segment<E>>>>>;

struct Lane<E> {
    /// By the position behind which they begin.
    segments: BTreeMap<u64, Slot<E>>,
    /// Behind which position each member is, and since when.
    places: HashMap<u64, (u64, Instant)>,
}

/// One follower's place among the others; given up when it is dropped.
pub(crate) struct Member<E> {
    shared: Arc<Shared<E>>,
    id: u64,
    lane: Option<usize>,
    ahead: Option<AbortHandle>,
}

impl<E> Convoy<E> {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self {
            shared: Arc::new(Shared {
                pool,
                lanes: Mutex::default(),
                advanced: Notify::new(),
                members: AtomicU64::new(0),
            }),
        }
    }

    pub(crate) fn join(&self) -> Member<E> {
        Member {
            id: self.shared.members.fetch_add(1, Ordering::Relaxed),
            shared: Arc::clone(&self.shared),
            lane: None,
            ahead: None,
        }
    }
}

impl<E> Default for Lane<E> {
    fn default() -> Self {
        Self {
            segments: BTreeMap::new(),
            places: HashMap::new(),
        }
    }
}

impl<E> Lane<E> {
    /// The segment behind a position, if it is kept or may be; `None` where the slower ones need what is kept.
    fn slot(&mut self, after: u64) -> Option<Slot<E>> {
        self.forget();
        if let Some(slot) = self.segments.get(&after) {
            return Some(Arc::clone(slot));
        }
        if self.segments.len() >= KEPT {
            let highest = *self.segments.last_key_value()?.0;
            if highest < after {
                return None;
            }
            // What lies ahead of the slower ones can be read again when they are there.
            self.segments.remove(&highest);
        }
        Some(Arc::clone(self.segments.entry(after).or_default()))
    }

    /// Drops what nobody will ask for any more.
    fn forget(&mut self) {
        let waited_for = self
            .places
            .values()
            .filter(|(_, since)| since.elapsed() < STANDS_STILL);
        let slowest = waited_for.map(|(place, _)| *place).min();
        self.segments = self.segments.split_off(&slowest.unwrap_or(u64::MAX));
    }
}

impl<E> Member<E> {
    /// The follower has reached the shared reader.
    pub(crate) fn leave(&mut self) {
        let Some(lane) = self.lane.take() else { return };
        let mut lanes = self.shared.lanes();
        if let Some(found) = lanes.get_mut(&lane) {
            found.places.remove(&self.id);
            if found.places.is_empty() {
                lanes.remove(&lane);
            }
        }
        self.shared.advanced.notify_waiters();
    }
}

impl<E> Drop for Member<E> {
    fn drop(&mut self) {
        self.leave();
        if let Some(ahead) = self.ahead.take() {
            ahead.abort();
        }
    }
}

impl<E> Shared<E> {
    fn lanes(&self) -> MutexGuard<'_, HashMap<usize, Lane<E>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: EventSet> Member<E> {
    /// What lies behind a place, about `limit` events, not beyond `until`; `None` where nothing is.
    pub(crate) async fn next(
        &mut self,
        after: Mark,
        limit: usize,
        until: Option<u64>,
    ) -> Result<Option<Arc<Segment<E>>>, FollowError> {
        if let Some(slot) = self.slot(after, limit).await {
            let read = slot.get_or_try_init(async || self.shared.read(after, limit, until).await);
            // Read when there was nothing yet, or from a log that goes on differently by now: look again.
            if let Some(segment) = read.await?
                && segment.after == after
            {
                self.read_ahead(segment.last, limit, until);
                return Ok(Some(Arc::clone(segment)));
            }
        }
        self.shared.read(after, limit, until).await
    }

    /// Begins to read what will be asked for next, where there is room for it.
    fn read_ahead(&mut self, after: Mark, limit: usize, until: Option<u64>) {
        if until.is_some_and(|until| until <= after.position) {
            return;
        }
        let slot = {
            let mut lanes = self.shared.lanes();
            let slot = lanes.get_mut(&limit).and_then(|lane| lane.slot(after.position));
            slot.filter(|slot| !slot.initialized())
        };
        let Some(slot) = slot else { return };
        let shared = Arc::clone(&self.shared);
        let reading = tokio::spawn(async move {
            // Who asks for it reads again, and is told of the failure.
            drop(
                slot.get_or_try_init(async || shared.read(after, limit, until).await)
                    .await,
            );
        });
        self.ahead = Some(reading.abort_handle());
    }

    /// Where the segment is to be found, or to be put. `None`: the others are too far behind to share anything.
    async fn slot(&mut self, after: Mark, limit: usize) -> Option<Slot<E>> {
        let until = tokio::time::Instant::now() + PATIENCE;
        self.lane = Some(limit);
        let place = (after.position, Instant::now());
        let lane_of = |shared: &Shared<E>| {
            let mut lanes = shared.lanes();
            let lane = lanes.entry(limit).or_default();
            lane.places.insert(self.id, place);
            lane.slot(after.position)
        };
        let mut slot = lane_of(&self.shared);
        self.shared.advanced.notify_waiters();
        while slot.is_none() {
            let advanced = self.shared.advanced.notified();
            slot = lane_of(&self.shared);
            if slot.is_none() && timeout_at(until, advanced).await.is_err() {
                return None;
            }
        }
        slot
    }
}

impl<E: EventSet> Shared<E> {
    async fn read(
        &self,
        after: Mark,
        limit: usize,
        until: Option<u64>,
    ) -> Result<Option<Arc<Segment<E>>>, FollowError> {
        let segment = read_segment(&mut *self.pool.acquire().await?, after, limit, until).await?;
        Ok(segment.map(Arc::new))
    }
}
