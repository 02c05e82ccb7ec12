//! How a store is opened.

use std::path::PathBuf;

/// The key that wraps all others: 32 random bytes that never enter the database.
#[derive(Clone)]
pub struct MasterKey(pub(crate) [u8; 32]);

impl MasterKey {
    /// Takes 32 bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Wraps the subjects' keys, and gives the keys of digests and look-up hashes.
    pub master_key: MasterKey,
    /// The master key before it, until all keys are rewrapped ([`rewrap`](crate::vault::rewrap)).
    pub previous_master_key: Option<MasterKey>,
    /// States kept in memory, over all aggregates.
    pub cache_entries: usize,
    /// Commands in one append at the most.
    pub max_group: usize,
    /// A second group goes beside one that is under way if so many commands wait.
    pub beside: usize,
    /// Commands that may wait for an append; more are turned away.
    pub max_waiting: usize,
    /// Where erasures are listed outside the database.
    pub erasures_file: Option<PathBuf>,
}

impl StoreOptions {
    /// The usual sizes.
    #[must_use]
    pub fn new(master_key: MasterKey) -> Self {
        Self {
            master_key,
            previous_master_key: None,
            // A paid order of a dozen lines takes about 10 KB, and is hardly asked for again.
            cache_entries: 8_192,
            max_group: 512,
            // Fewer do not pay for a call of their own.
            beside: 32,
            max_waiting: 8_192,
            erasures_file: None,
        }
    }
}
