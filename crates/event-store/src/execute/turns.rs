//! One command of a stream at a time in this process: a second one would only meet a conflict.

use std::hash::{BuildHasher, RandomState};

use guanxi_kernel::StreamRef;
use tokio::sync::{Mutex, MutexGuard};

const STRIPES: usize = 4_096;

/// Locks, shared by streams whose hashes meet; a command holds one, so they cannot wait in a circle.
pub(crate) struct Turns {
    stripes: Vec<Mutex<()>>,
    hasher: RandomState,
}

impl Turns {
    pub fn new() -> Self {
        Self {
            stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Waits until no other command of this stream is under way here.
    pub async fn wait_for(&self, stream: &StreamRef) -> MutexGuard<'_, ()> {
        let stripe = self.hasher.hash_one(stream) % STRIPES as u64;
        self.stripes[usize::try_from(stripe).unwrap_or(0)].lock().await
    }
}
