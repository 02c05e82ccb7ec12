//! The log on PostgreSQL, and the loop that follows it.
//!
//! This crate exists so that no rule knows where events lie, and so that what is hard about a log (one dense order,
//! every command once, nothing lost by a crash) is solved in one place that names no aggregate. A *store* is always a
//! shop elsewhere; here it is the event store.

pub mod adapter;
mod append;
pub mod audit;
mod command;
mod connection;
pub mod deadline;
pub mod erasure;
mod error;
mod execute;
pub mod follow;
mod foreign;
pub mod inbox;
mod load;
mod metadata;
mod options;
mod past;
pub mod policy;
mod read;
mod snapshot;
mod store;
mod stored;
pub mod vault;
pub mod view;

#[cfg(test)]
mod tests;

pub use command::{Answer, CommandContext, ContentDigest, Keep, MAX_DEPTH, NewKey, Outcome, Refused};
pub use connection::pool_options;
pub use deadline::{Clock, ClockError};
pub use error::{ExecuteError, StoreError};
pub use follow::{FollowError, Follower, Loop, LoopBuilder, WaitError};
pub use options::{MasterKey, StoreOptions};
pub use past::{Past, PastEvent, past};
pub use policy::{Dispatch, Dispatcher};
pub use read::Head;
pub use store::{EventStore, Loaded};
pub use vault::{Keys, NewSubject, SubjectKey, Unreadable, Vault};
pub use view::{Change, Column, ReportingView, Totals, View};

/// The migrations of the whole database, embedded; whoever owns the database runs them.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
