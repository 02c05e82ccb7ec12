//! States in memory: guesses, since another process may have gone on.

use std::any::Any;
use std::sync::Arc;

use guanxi_kernel::{Decider, StreamRef};
use quick_cache::sync::Cache;

/// A stream's state as of a sequence.
#[derive(Debug)]
pub(crate) struct Cached<S> {
    pub state: Arc<S>,
    pub sequence: u64,
}

impl<S> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            sequence: self.sequence,
        }
    }
}

impl<S: Default> Default for Cached<S> {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            sequence: 0,
        }
    }
}

/// States of all aggregates, the least used forgotten first.
pub(crate) struct States {
    entries: Cache<StreamRef, (u64, Arc<dyn Any + Send + Sync>)>,
}

impl States {
    pub fn new(entries: usize) -> Self {
        Self {
            entries: Cache::new(entries.max(1)),
        }
    }

    pub fn get<D: Decider>(&self, stream: &StreamRef) -> Option<Cached<D::State>> {
        let (sequence, state) = self.entries.get(stream)?;
        Some(Cached {
            state: state.downcast().ok()?,
            sequence,
        })
    }

    pub fn put<D: Decider>(&self, stream: &StreamRef, cached: Cached<D::State>) {
        self.entries
            .insert(stream.clone(), (cached.sequence, cached.state));
    }

    pub fn remove(&self, stream: &StreamRef) {
        self.entries.remove(stream);
    }
}
