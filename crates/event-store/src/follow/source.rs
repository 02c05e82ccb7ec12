//! Where a follower's batches come from: the log itself, or a topic that carries it.

use std::sync::Arc;

use async_trait::async_trait;
use guanxi_kernel::EventSet;
use tokio::sync::watch;

use super::convoy::Member;
use super::tail::Tail;
use super::{Batch, Checkpoint, FollowError};

/// Gives batches, each of which begins where a checkpoint ends.
#[async_trait]
pub(crate) trait Source<E>: Send + Sync {
    /// What lies behind a place, about `limit` events; `None` if nothing for now.
    async fn next(&mut self, at: &Checkpoint, limit: usize) -> Result<Option<Batch<E>>, FollowError>;

    /// What is new from now on ends the next wait.
    fn attend(&mut self);

    /// Done when there may be something new. Dropped when it takes too long; nothing is lost then.
    async fn moved(&mut self);
}

/// The log, through the reader that the followers of a process share.
pub(crate) struct Shared<E> {
    tail: Arc<Tail<E>>,
    member: Member<E>,
    moved: watch::Receiver<u64>,
}

impl<E: EventSet> Shared<E> {
    pub(crate) fn of(tail: &Arc<Tail<E>>) -> Self {
        Self {
            tail: Arc::clone(tail),
            member: tail.join(),
            moved: tail.moved(),
        }
    }
}

#[async_trait]
impl<E: EventSet> Source<E> for Shared<E> {
    async fn next(&mut self, at: &Checkpoint, limit: usize) -> Result<Option<Batch<E>>, FollowError> {
        self.tail.next(&mut self.member, at.mark, limit).await
    }

    fn attend(&mut self) {
        self.moved.mark_unchanged();
    }

    async fn moved(&mut self) {
        if self.moved.changed().await.is_err() {
            std::future::pending().await
        }
    }
}
