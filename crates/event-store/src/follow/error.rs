//! Why a follower does not go on, and what is done about it.

use crate::StoreError;

/// Why a batch was not worked.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Somebody else has written the next checkpoint; what was held in memory is void.
    #[error("another process follows the log under the same name")]
    Superseded,
    /// The database did not do it. Tried again.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something outside the follower did not work for now. Tried again.
    #[error("for now: {0}")]
    Transient(String),
    /// An event that this program cannot read. The follower stops before it.
    #[error("the event at position {position} cannot be read: {message}")]
    Unreadable {
        /// Where it lies.
        position: u64,
        /// Why.
        message: String,
    },
    /// The log is not the one that was followed: its chain at this position is another, or positions are missing.
    #[error(
        "the log does not continue what was followed up to position {position}; was the database restored?"
    )]
    Discontinued {
        /// The last position that is known to be as it was, or was expected to be.
        position: u64,
    },
    /// A newer version of this follower is live, so this program is too old to write for it.
    #[error("version {live} of `{name}` is live, this program has version {mine}; start the newer program")]
    Outdated {
        /// The follower.
        name: String,
        /// The version that is live.
        live: u32,
        /// The version in this program.
        mine: u32,
    },
    /// A row that cannot be written, whatever one does.
    #[error("poisoned: {0}")]
    Poison(String),
    /// A fault of this program.
    #[error("{0}")]
    Fault(String),
}

/// What the loop does about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Stand by while the other works.
    StandBy,
    /// Try again, after a growing pause.
    TryAgain,
    /// Stop, and say so.
    Stop,
}

impl FollowError {
    pub(crate) fn remedy(&self) -> Remedy {
        match self {
            Self::Superseded => Remedy::StandBy,
            Self::Database(_) | Self::Transient(_) => Remedy::TryAgain,
            Self::Unreadable { .. }
            | Self::Discontinued { .. }
            | Self::Outdated { .. }
            | Self::Poison(_)
            | Self::Fault(_) => Remedy::Stop,
        }
    }

    /// Whether the database turned the data itself down (a bad value, a limit): the same write fails for ever.
    pub(crate) fn is_data_fault(&self) -> bool {
        if let Self::Poison(_) = self {
            return true;
        }
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        error
            .code()
            .is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
    }
}

impl From<StoreError> for FollowError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unreadable { position, message } => Self::Unreadable { position, message },
            StoreError::Database { message, .. } => Self::Transient(message),
            error if error.is_transient() => Self::Transient(error.to_string()),
            error => Self::Fault(error.to_string()),
        }
    }
}
