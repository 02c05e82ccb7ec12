//! The handle to the log that everybody holds.

use std::path::PathBuf;
use std::sync::Arc;

use guanxi_kernel::{Decider, StreamRef, SubjectId};
use serde::Serialize;
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::append::{Herald, Writer};
use crate::erasure;
use crate::execute::{States, Turns};
use crate::load::{Holders, Loader};
use crate::snapshot::Snapshots;
use crate::vault::Vault;
use crate::{ContentDigest, StoreError, StoreOptions};

/// The log: append, load, follow. Cheap to clone; the tasks behind it end with the last handle.
#[derive(Clone)]
pub struct EventStore {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    vault: Arc<Vault>,
    herald: Herald,
    writer: Writer,
    loader: Loader,
    holders: Holders,
    states: States,
    turns: Turns,
    snapshots: Snapshots,
    writing: JoinHandle<()>,
    erasures_file: Option<PathBuf>,
}

/// A stream's state as of a sequence.
#[derive(Debug, Clone)]
pub struct Loaded<S> {
    /// What its events add up to.
    pub state: Arc<S>,
    /// Sequence of its last event; 0 if it has none.
    pub sequence: u64,
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStore")
    }
}

impl EventStore {
    /// Opens the log on a migrated database, applies the list of erasures again, and starts the tasks.
    ///
    /// # Errors
    /// The database, a master key that does not fit, or a list of erasures that cannot be read.
    pub async fn open(pool: PgPool, options: StoreOptions) -> Result<Self, StoreError> {
        let previous = options.previous_master_key.as_ref();
        let vault = Vault::open(pool.clone(), &options.master_key, previous).await?;
        if let Some(file) = &options.erasures_file {
            let done = erasure::reapply(&pool, file).await?;
            if done.destroyed > 0 {
                tracing::warn!(
                    keys = done.destroyed,
                    "a restored backup had brought back erased keys"
                );
            }
        }
        let herald = Herald::start(pool.clone());
        let (writer, writing) = Writer::start(&pool, &herald, &options);
        let (loader, _) = Loader::start(pool.clone());
        let (holders, _) = Holders::start(pool.clone());
        let states = States::new(options.cache_entries);
        let snapshots = Snapshots::new(pool.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                pool,
                vault,
                herald,
                writer,
                loader,
                holders,
                states,
                turns: Turns::new(),
                snapshots,
                writing,
                erasures_file: options.erasures_file,
            }),
        })
    }

    /// Connections to the database.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.inner.pool
    }

    /// The keys of subjects.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    /// Keyed digest of a command's content, for [`CommandContext`](crate::CommandContext).
    #[must_use]
    pub fn digest(&self, content: &impl Serialize) -> ContentDigest {
        ContentDigest::of(self.inner.vault.digest_key(), content)
    }

    /// The same of bytes.
    pub(crate) fn digest_of_bytes(&self, content: &[u8]) -> ContentDigest {
        ContentDigest::of_bytes(self.inner.vault.digest_key(), content)
    }

    /// Forgets the cached state of a stream; the next command loads it.
    pub fn forget<D: Decider>(&self, id: &str) {
        self.inner.states.remove(&StreamRef::new(D::TYPE, id));
    }

    /// Waits until what was accepted is appended. Other handles go on working until they are dropped.
    pub async fn close(self) {
        if let Ok(Inner { writer, writing, .. }) = Arc::try_unwrap(self.inner) {
            drop(writer);
            drop(writing.await);
        }
    }

    /// What follows an erasure that is committed: nobody trusts the keys any more, and the list outside knows.
    ///
    /// A list that cannot be written does not undo the erasure; the next start adds what it lacks.
    pub(crate) async fn erased(&self, subjects: &[SubjectId]) {
        self.vault().forget(subjects);
        if let Some(file) = &self.inner.erasures_file
            && let Err(error) = erasure::note(self.pool(), file, subjects).await
        {
            metrics::counter!("guanxi_erasures_not_listed").increment(1);
            tracing::error!(%error, "an erasure is not in the list outside the database yet");
        }
    }

    pub(crate) fn herald(&self) -> &Herald {
        &self.inner.herald
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    pub(crate) fn claim_holders(&self) -> &Holders {
        &self.inner.holders
    }

    pub(crate) fn loader(&self) -> &Loader {
        &self.inner.loader
    }

    pub(crate) fn states(&self) -> &States {
        &self.inner.states
    }

    pub(crate) fn snapshots(&self) -> &Snapshots {
        &self.inner.snapshots
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }
}
