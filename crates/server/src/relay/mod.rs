//! The role `relay`: a follower of the log that publishes to Kafka.
//!
//! The order of starting is what makes it safe. A session lock in PostgreSQL first, so that a second relay waits; then
//! the transactional id, which fences a relay that was thought dead; then the position, read from Kafka to its end; then
//! the log must continue it. Only then is anything published.

mod adopt;
mod follower;
mod lock;
mod newest;
mod run;
mod telling;
mod topics;

pub use adopt::{adopt, standing};
pub use run::{Ended, Relay};

/// Under this name the mirror of the position is kept among the checkpoints.
pub const NAME: &str = "relay";
/// Raised when publishing shall begin anew.
const VERSION: u32 = 1;
