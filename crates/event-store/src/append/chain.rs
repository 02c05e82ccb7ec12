//! What a command builds on that is itself still on its way into the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

const OPEN: u8 = 0;
const APPENDED: u8 = 1;
const BROKEN: u8 = 2;

/// The fate of one command's events. The next command of the stream may be decided on them before they are in the log;
/// it goes no further than they do.
#[derive(Debug, Default)]
pub(crate) struct Link {
    fate: AtomicU8,
    settled: Notify,
}

/// What has become of a command's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody knows yet.
    Open,
    /// They are in the log, where they were meant to be.
    Appended,
    /// They are not, or nobody knows: what was decided on them is void.
    Broken,
}

impl Link {
    pub fn fate(&self) -> Fate {
        match self.fate.load(Ordering::Acquire) {
            OPEN => Fate::Open,
            APPENDED => Fate::Appended,
            _ => Fate::Broken,
        }
    }

    /// Waits until it is settled.
    pub async fn settled(&self) -> Fate {
        loop {
            let mut told = std::pin::pin!(self.settled.notified());
            told.as_mut().enable();
            match self.fate() {
                Fate::Open => told.await,
                fate => return fate,
            }
        }
    }

    /// The first fate is the last one.
    fn settle(&self, fate: u8) {
        if self
            .fate
            .compare_exchange(OPEN, fate, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
        {
            self.settled.notify_waiters();
        }
    }
}

/// The end of a link that its command holds. Dropped without a word it breaks, so that nobody waits for what will not
/// come.
#[derive(Debug, Default)]
pub(crate) struct LinkEnd(Arc<Link>);

impl LinkEnd {
    pub fn link(&self) -> Arc<Link> {
        Arc::clone(&self.0)
    }

    pub fn appended(&self) {
        self.0.settle(APPENDED);
    }

    pub fn broken(&self) {
        self.0.settle(BROKEN);
    }
}

impl Drop for LinkEnd {
    fn drop(&mut self) {
        self.broken();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_link_whose_command_is_gone_is_broken() {
        let end = LinkEnd::default();
        let link = end.link();
        assert_eq!(link.fate(), Fate::Open);
        let waits = tokio::spawn({
            let link = Arc::clone(&link);
            async move { link.settled().await }
        });
        tokio::task::yield_now().await;
        drop(end);
        assert_eq!(waits.await.unwrap(), Fate::Broken);
    }

    #[tokio::test]
    async fn the_first_fate_is_the_last_one() {
        let end = LinkEnd::default();
        let link = end.link();
        end.appended();
        drop(end);
        assert_eq!(link.settled().await, Fate::Appended);
    }
}
