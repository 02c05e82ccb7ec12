//! One loop follows the log: views, policies and relays are followers with a checkpoint and a batch handler.
//!
//! Positions are dense and become visible in order, so a follower needs only "behind this position". What makes it
//! exactly once is the checkpoint: its next row is inserted first in the transaction of the work, under a unique key,
//! so of two that believe to be the same follower one cannot write. Followers of a process share one reader, which
//! decodes each event once.

mod batch;
mod builder;
pub(crate) mod checkpoint;
mod convoy;
mod discards;
mod drive;
mod error;
mod feed;
mod follower;
mod guanxi_loop;
mod guard;
mod listing;
pub(crate) mod parking;
mod past;
mod progress;
pub(crate) mod read;
mod source;
mod tail;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use builder::LoopBuilder;
pub use checkpoint::{Checkpoint, Identity, Mark};
pub use error::FollowError;
pub use feed::{Fed, Feed, FeedSender};
pub use follower::Follower;
pub use guanxi_loop::Loop;
pub use parking::{Parked, ParkedError};
pub use progress::{FollowerStatus, Standing, WaitError};

pub(crate) use batch::Segment;
pub(crate) use discards::Discards;
pub(crate) use guard::guarded;
pub(crate) use parking::Parking;
pub(crate) use read::{position_at, read_positions, read_segment};
