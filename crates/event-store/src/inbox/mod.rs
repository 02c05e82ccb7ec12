//! What partners told us, as they told it: durable before it is answered, translated afterwards.
//!
//! A row is the durable fact. It is sealed under a subject of its own, so that it can be translated again by a better
//! translator and still dies with the person whom it concerns.

mod content;
mod listing;
mod put;
mod settled;
mod work;

pub use listing::{InboxCounts, InboxEntry, InboxState};
pub use put::{NewNotice, Put};
pub use settled::SettledNotice;
pub use work::{Notice, Settled};

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::EventStore;

/// The inbox of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Inbox {
    store: EventStore,
    queue: mpsc::Sender<put::Waiting>,
    #[expect(dead_code, reason = "ends the task with the last handle")]
    writing: Arc<put::Writing>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox")
    }
}

impl Inbox {
    /// The inbox of a log; starts the task that inserts.
    #[must_use]
    pub fn open(store: EventStore) -> Self {
        let (queue, writing) = put::start(store.clone());
        Self {
            store,
            queue,
            writing: Arc::new(writing),
        }
    }

    /// The log that it belongs to.
    #[must_use]
    pub fn store(&self) -> &EventStore {
        &self.store
    }
}
