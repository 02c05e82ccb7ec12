//! States in memory: guesses, since another process may have gone on.

use std::any::Any;
use std::sync::Arc;

use guanxi_kernel::{Decider, StreamRef};
use quick_cache::sync::Cache;

use super::held::Held;

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

/// States of all aggregates, the least used forgotten first. One that is forgotten while commands are under way is no
/// harm: whoever decides next does so on what the database says, and the log compares.
pub(crate) struct States {
    entries: Cache<StreamRef, Arc<dyn Any + Send + Sync>>,
}

impl States {
    pub fn new(entries: usize) -> Self {
        Self {
            entries: Cache::new(entries.max(1)),
        }
    }

    pub fn get<D: Decider>(&self, stream: &StreamRef) -> Option<Arc<Held<D>>> {
        self.entries.get(stream)?.downcast().ok()
    }

    pub fn put<D: Decider>(&self, stream: &StreamRef, held: Arc<Held<D>>) {
        self.entries.insert(stream.clone(), held);
    }

    pub fn remove(&self, stream: &StreamRef) {
        self.entries.remove(stream);
    }
}
