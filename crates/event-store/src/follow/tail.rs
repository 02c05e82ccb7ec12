//! The one reader of a process: decodes what is new once, and keeps it in a ring for all followers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use guanxi_kernel::EventSet;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::convoy::{Convoy, Member};
use super::read::{head, read_segment};
use super::{Batch, FollowError, Mark, Segment};
use crate::append::{CHANNEL, Herald};
use crate::connection::own;

/// How long nothing is asked when nobody notifies.
const SLOW_POLL: Duration = Duration::from_secs(1);
/// Events that the ring holds at most (one segment is kept in any case).
const RING_EVENTS: usize = 16_384;
/// Events that are read at once.
const SEGMENT_EVENTS: usize = 2048;

/// Recent events, decoded.
pub(crate) struct Tail<E> {
    pool: PgPool,
    herald: Herald,
    ring: Mutex<Ring<E>>,
    moved: watch::Sender<u64>,
    convoy: Convoy<E>,
}

struct Ring<E> {
    segments: VecDeque<Arc<Segment<E>>>,
    events: usize,
}

/// Where to find what lies behind a place.
enum Recent<E> {
    /// Here.
    Found(Vec<Arc<Segment<E>>>),
    /// Nowhere yet: it is the end of what the shared reader has read, and it will say when there is more.
    Nothing,
    /// In the table up to this position, then in the ring.
    Until(u64),
    /// In the table.
    Elsewhere,
}

impl<E> Ring<E> {
    fn push(&mut self, segment: Arc<Segment<E>>) {
        self.events += segment.events.len();
        self.segments.push_back(segment);
        while self.events > RING_EVENTS && self.segments.len() > 1 {
            self.events -= self.segments.pop_front().map_or(0, |oldest| oldest.events.len());
        }
    }

    fn clear(&mut self) {
        self.segments.clear();
        self.events = 0;
    }
}

impl<E: EventSet> Tail<E> {
    pub(crate) fn new(pool: PgPool, herald: Herald) -> Self {
        Self {
            convoy: Convoy::new(pool.clone()),
            pool,
            herald,
            ring: Mutex::new(Ring {
                segments: VecDeque::new(),
                events: 0,
            }),
            moved: watch::Sender::new(0),
        }
    }

    /// Tells when there may be something new.
    pub(crate) fn moved(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    /// A place among those who are behind the ring.
    pub(crate) fn join(&self) -> Member<E> {
        self.convoy.join()
    }

    /// What lies behind a place: from the ring where it reaches so far back, else from the table, shared with those who
    /// are there too. `None` if nothing.
    pub(crate) async fn next(
        &self,
        member: &mut Member<E>,
        after: Mark,
        limit: usize,
    ) -> Result<Option<Batch<E>>, FollowError> {
        let until = match self.recent(after, limit)? {
            Recent::Found(segments) => {
                member.leave();
                return Ok(Batch::of(segments));
            }
            Recent::Nothing => {
                member.leave();
                return Ok(None);
            }
            Recent::Until(position) => Some(position),
            Recent::Elsewhere => None,
        };
        let segment = member.next(after, limit, until).await?;
        Ok(segment.and_then(|segment| Batch::of(vec![segment])))
    }

    fn recent(&self, after: Mark, limit: usize) -> Result<Recent<E>, FollowError> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.segments.back().is_some_and(|newest| newest.last == after) {
            return Ok(Recent::Nothing);
        }
        let place = ring
            .segments
            .binary_search_by_key(&after.position, |segment| segment.after.position);
        let start = match place {
            Ok(start) => start,
            // Read up to where the next segment begins, so that the ring can be used from there on.
            Err(next) => {
                let boundary = ring.segments.get(next).map(|segment| segment.after);
                let boundary = boundary.or_else(|| ring.segments.back().map(|segment| segment.last));
                let ahead = boundary.filter(|boundary| boundary.position > after.position);
                return Ok(ahead.map_or(Recent::Elsewhere, |boundary| Recent::Until(boundary.position)));
            }
        };
        let mut found: Vec<Arc<Segment<E>>> = Vec::new();
        let mut events = 0;
        for segment in ring.segments.iter().skip(start) {
            if segment.after.chain != found.last().map_or(after.chain, |earlier| earlier.last.chain) {
                return Err(FollowError::Discontinued {
                    position: segment.after.position,
                });
            }
            events += segment.events.len();
            if events > limit && !found.is_empty() {
                break;
            }
            found.push(Arc::clone(segment));
        }
        Ok(Recent::Found(found))
    }

    /// Reads on for ever: woken by notifications, and slowly by itself.
    pub(crate) async fn run(&self) {
        let mut pause = Duration::from_millis(50);
        // What an earlier run has left is not continued by what this one will read.
        self.forget();
        loop {
            match self.follow().await {
                Ok(()) => pause = Duration::from_millis(50),
                Err(error) => {
                    tracing::warn!(%error, "the shared reader of the log begins again; followers read by themselves");
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
            self.forget();
            sleep(pause).await;
        }
    }

    /// Empties the ring: followers read from the table until it is filled again.
    fn forget(&self) {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.moved.send_modify(|count| *count += 1);
    }

    /// Waits until this process or another one has appended.
    async fn told(
        &self,
        listener: &mut PgListener,
        grown: &mut watch::Receiver<u64>,
    ) -> Result<(), sqlx::Error> {
        loop {
            tokio::select! {
                Ok(()) = grown.changed() => return Ok(()),
                notified = listener.recv() => {
                    if !self.herald.is_own(notified?.payload()) {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn follow(&self) -> Result<(), FollowError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        let mut grown = self.herald.grown();
        let mut connection = own(&self.pool).await?;
        let mut at = head(&self.pool).await?;
        loop {
            while let Some(segment) = read_segment(&mut connection, at, SEGMENT_EVENTS, None).await? {
                at = segment.last;
                self.ring
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Arc::new(segment));
                self.moved.send_modify(|count| *count += 1);
            }
            if let Ok(told) = timeout(SLOW_POLL, self.told(&mut listener, &mut grown)).await {
                told?;
                while listener.next_buffered().is_some() {}
            } else {
                // A follower that was told of nothing still looks, in case the ring was cleared under it.
                self.moved.send_modify(|count| *count += 1);
            }
        }
    }
}
