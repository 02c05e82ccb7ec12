//! What a rebuild is told, and what it tells.

use std::time::Duration;

use serde::Serialize;

use crate::follow::FollowError;

/// How a rebuild shall go.
#[derive(Debug, Clone, Copy)]
pub struct RebuildOptions {
    /// Swap even though the checksums differ: the new rows are what the log says.
    pub force: bool,
    /// How long to try for the moment when nobody holds the SQL views.
    pub patience: Duration,
}

impl Default for RebuildOptions {
    fn default() -> Self {
        Self {
            force: false,
            patience: Duration::from_secs(600),
        }
    }
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Events that are folded.
    pub position: u64,
    /// Where the log ended when last looked at.
    pub head: u64,
}

/// What came of a rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RebuildReport {
    /// The view.
    pub view: String,
    /// Its version.
    pub version: u32,
    /// The position at which both were compared.
    pub position: u64,
    /// Whether both had the same rows, and the live tables hold what they were given.
    pub equal: bool,
    /// Whether the new tables are live now.
    pub swapped: bool,
    /// Checksum of the live rows and totals, as kept while they were written.
    pub live: [i64; 2],
    /// Checksum of the live rows and totals, as read from the tables: another one means a row changed by hand.
    pub live_stored: [i64; 2],
    /// Checksum of the rebuilt rows and totals.
    pub rebuilt: [i64; 2],
    /// Keys that were left aside because they are parked in one or the other.
    pub parked_aside: Vec<String>,
    /// The generation that is live now.
    pub generation: u32,
}

/// Why a rebuild did not end.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// No view of this program has the name.
    #[error("no view is called `{0}`")]
    Unknown(String),
    /// Somebody else is at it.
    #[error("`{0}` is being rebuilt by another process")]
    Busy(String),
    /// Its first or its next version is still being built by the loop.
    #[error("version {version} of `{view}` is not live yet; let the followers catch up first")]
    NotLive {
        /// The view.
        view: String,
        /// The version in this program.
        version: u32,
    },
    /// An analyst's transaction held the SQL views all the time.
    #[error("the SQL views of `{0}` were in use all the time; end the long transaction, or try again later")]
    InUse(String),
    /// The log or the tables could not be used.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Follow(error.into())
    }
}
