//! Faults of the log. A business "no" is an [`Outcome`](crate::Outcome), not a fault.

use guanxi_kernel::{CommandId, DecodeError, StreamRef};

/// Something outside the rules went wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or refuses. `transient` tells whether trying again may help.
    #[error("PostgreSQL: {message}")]
    Database {
        /// What it said.
        message: String,
        /// Whether the same call may succeed later.
        transient: bool,
    },
    /// What the log holds cannot be read by this program.
    #[error("position {position}: {message}")]
    Unreadable {
        /// Where it lies; 0 where it has no position.
        position: u64,
        /// Why.
        message: String,
    },
    /// Text that PostgreSQL cannot hold, or an id that is too long.
    #[error("cannot be stored: {0}")]
    Unstorable(String),
    /// The store is closing or its tasks have ended.
    #[error("the log is closing; try again elsewhere")]
    Closed,
    /// A stream changed under the command again and again.
    #[error("stream {0} is too busy; try again")]
    Busy(StreamRef),
    /// The key of a subject cannot be used.
    #[error("the key of a subject cannot be opened: is the master key the right one?")]
    WrongMasterKey,
    /// The list of erasures outside the database cannot be read or written.
    #[error("the list of erasures {path}: {message}")]
    ErasureList {
        /// Where it should lie.
        path: String,
        /// What the system said.
        message: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later, without anything being changed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database { transient, .. } => *transient,
            Self::Closed | Self::Busy(_) => true,
            Self::Unreadable { .. }
            | Self::Unstorable(_)
            | Self::WrongMasterKey
            | Self::ErasureList { .. } => false,
        }
    }

    pub(crate) fn unreadable(position: u64, error: &DecodeError) -> Self {
        Self::Unreadable {
            position,
            message: error.to_string(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let transient = match &error {
            sqlx::Error::Database(database) => {
                // Classes 08 connection, 40 rollback, 53 resources, 55 lock, 57 operator, 58 system; and a
                // transaction in which this process stood still for too long.
                let code = database.code().unwrap_or_default();
                ["08", "25P03", "40", "53", "55", "57", "58"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            _ => false,
        };
        Self::Database {
            message: error.to_string(),
            transient,
        }
    }
}

/// Why a command has no answer, or a "no".
#[derive(Debug, Clone, thiserror::Error)]
pub enum ExecuteError {
    /// The rules refuse, or another stream holds a claim.
    #[error("{}: {}", .0.code, .0.message)]
    Refused(crate::Refused),
    /// This id was used for another command: an alarm. Nothing was changed.
    #[error("command id {0} was used before with other content; choose a new id, or find out who reuses ids")]
    DigestMismatch(CommandId),
    /// More commands wait than the log takes; try again.
    #[error("too many commands wait; try again in a second")]
    Overloaded,
    /// Policies cause each other in a circle.
    #[error(
        "more than {} policies lie between this command and its first cause",
        crate::MAX_DEPTH
    )]
    TooDeep,
    /// A fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExecuteError {
    /// Whether the same command may succeed later, without anything being changed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Overloaded => true,
            Self::Store(error) => error.is_transient(),
            Self::Refused(_) | Self::DigestMismatch(_) | Self::TooDeep => false,
        }
    }
}
