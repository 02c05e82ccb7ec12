//! What surrounds a command, and what is answered.

use aws_lc_rs::hmac;
use guanxi_kernel::{CommandId, Metadata, SubjectId};
use serde::Serialize;

/// The most policies between a first cause and a command.
pub const MAX_DEPTH: u8 = 16;

/// Keyed hash (HMAC-SHA256) of a command's content, without what only the moment of its arrival decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentDigest(pub [u8; 32]);

impl ContentDigest {
    /// Digest of a value's JSON.
    pub(crate) fn of(key: &hmac::Key, content: &impl Serialize) -> Self {
        Self::of_bytes(key, &serde_json::to_vec(content).unwrap_or_default())
    }

    /// Digest of bytes.
    pub(crate) fn of_bytes(key: &hmac::Key, content: &[u8]) -> Self {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(key, content).as_ref());
        Self(digest)
    }
}

/// Which answers are kept for good beside those of appended commands, which always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Also "nothing to do" and refusals: callbacks, policies, deadlines, imports.
    Everything,
    /// Only what was appended: a refused HTTP command may be tried again and is decided anew.
    Appended,
}

/// A new subject's key, wrapped by the master key, to be stored in the append.
#[derive(Clone, PartialEq)]
pub struct NewKey {
    /// Whose it is.
    pub subject: SubjectId,
    /// Nonce, ciphertext and tag.
    pub wrapped: Vec<u8>,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewKey({})", self.subject)
    }
}

/// What a command brings along besides itself.
#[derive(Debug, Clone)]
pub struct CommandContext {
    /// The command's name for good.
    pub command_id: CommandId,
    /// Its content, for telling a retry from a reused id.
    pub digest: ContentDigest,
    /// When, where, by whom, and why.
    pub metadata: Metadata,
    /// Which answers are kept.
    pub keep: Keep,
    /// Keys of subjects that this command mentions for the first time.
    pub new_keys: Vec<NewKey>,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What came of it.
    pub outcome: Outcome,
    /// Whether this id had been answered before; then this is that answer.
    pub known: bool,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Events from position `first` to `last`.
    Appended {
        /// Position of its first event.
        first: u64,
        /// Position of its last event.
        last: u64,
    },
    /// It changes nothing.
    Nothing,
    /// A business "no".
    Refused(Refused),
}

/// A business "no", as it is kept and told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Stable code, which names its page.
    pub code: String,
    /// What was refused this time. Never personal data.
    pub message: String,
}
