//! What the loop drives.

use std::time::Duration;

use async_trait::async_trait;
use guanxi_kernel::EventSet;

use super::{Batch, Checkpoint, FollowError, Identity};

/// Something that follows the log: a view, a policy, a relay.
#[async_trait]
pub trait Follower: Send + 'static {
    /// All events of the installation.
    type Event: EventSet;

    /// Whose checkpoint it is. May change in [`resume`](Self::resume), when a rebuild has been swapped in.
    fn identity(&self) -> Identity;

    /// Called before the first batch and after every failure: forget what is in memory, read the checkpoint.
    ///
    /// # Errors
    /// The database did not answer, or the follower must not run.
    async fn resume(&mut self) -> Result<Checkpoint, FollowError>;

    /// Does the work of a batch and commits it with the next checkpoint, which it returns. The transaction begins with
    /// [`Checkpoint::insert`]. Where nothing in the batch concerns it, nothing is written, and the checkpoint is
    /// [carried](Checkpoint::carried) on; the loop stores it now and then.
    ///
    /// # Errors
    /// Nothing of the batch is done then.
    async fn work(
        &mut self,
        batch: &Batch<Self::Event>,
        from: &Checkpoint,
    ) -> Result<Checkpoint, FollowError>;

    /// Whether it holds work of earlier batches that is not committed yet. Its place is then neither shown to those who
    /// wait nor stored; it may be the one that [`work`](Self::work) was given, or an earlier one to begin again at.
    fn gathers(&self) -> bool {
        false
    }

    /// Commits what it has gathered up to a place; called when there is nothing new.
    ///
    /// # Errors
    /// As in [`work`](Self::work).
    async fn flush(&mut self, at: &Checkpoint) -> Result<Checkpoint, FollowError> {
        Ok(*at)
    }

    /// Called when there is nothing new: for what waits until the follower has caught up.
    ///
    /// # Errors
    /// As in [`work`](Self::work).
    async fn idle(&mut self) -> Result<(), FollowError> {
        Ok(())
    }

    /// Whether what it writes is what readers see; not so while a new version is still being built.
    fn serves(&self) -> bool {
        true
    }

    /// How long it rests from the beginning of one batch to the next, while few events come and nobody waits for it. A
    /// batch of a few events costs nearly what one of a hundred costs, and what followers spend on small ones, the
    /// freshest of them waits for.
    fn pace(&self) -> Duration {
        Duration::from_millis(10)
    }

    /// The most events that it wants at once.
    fn batch_size(&self) -> usize {
        4096
    }
}
