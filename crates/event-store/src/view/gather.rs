//! Several batches in one transaction, far behind the head: a member whom each of them concerns is written once.

use std::time::{Duration, Instant};

use super::View;
use super::commit::How;
use super::engine::ViewFollower;
use super::fold::{advance, conclude};
use super::second::Second;
use crate::follow::{Batch, Checkpoint, FollowError, Follower as _, Mark, Parking};

/// Rows that are held in memory before they are written, in bytes of their JSON, about.
const MOST: usize = 16 * 1024 * 1024;
/// So many changed rows are no few that each batch changes again: they are written.
const MANY: usize = 4096;
/// No longer than this is anything held.
const LONGEST: Duration = Duration::from_secs(2);

/// Since when work is held that is not committed.
#[derive(Default)]
pub(super) struct Gathered {
    since: Option<Instant>,
    /// Up to this position each batch is committed, since something in it is poisoned.
    carefully_until: u64,
}

impl Gathered {
    pub(super) fn goes_on(&self) -> bool {
        self.since.is_some()
    }

    fn may(&self, position: u64) -> bool {
        position > self.carefully_until && self.since.is_none_or(|since| since.elapsed() < LONGEST)
    }

    fn go_on(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    pub(super) fn end(&mut self) {
        self.since = None;
    }
}

/// Why the quick way did not work.
pub(super) enum Trouble {
    /// One key is poisoned, or several; the careful way will tell which.
    Poison(String),
    /// Anything else.
    Follow(FollowError),
}

impl From<FollowError> for Trouble {
    fn from(error: FollowError) -> Self {
        if error.is_data_fault() {
            Self::Poison(error.to_string())
        } else {
            Self::Follow(error)
        }
    }
}

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Everything at once; any poison makes it fail as a whole.
    pub(super) async fn quick(
        &mut self,
        batch: &Batch<V::Event>,
        from: &Checkpoint,
    ) -> Result<Checkpoint, Trouble> {
        let plan = self.plan(batch);
        if plan.touches.is_empty() && plan.parking.is_empty() && !self.gathered.goes_on() {
            return Ok(from.carried(batch.last()));
        }
        let missing = self.rows.missing(plan.touches.iter().map(|touch| &touch.text));
        self.load_rows(missing).await?;
        if S::ADDS_UP {
            self.fold_in_runs(&plan.touches).await?;
        } else if S::EXISTS {
            self.fold_in_steps(&plan.touches).await?;
        } else {
            for touch in &plan.touches {
                advance(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
            }
        }
        if plan.parking.is_empty() && self.may_gather(batch) {
            self.gathered.go_on();
            return Ok(from.carried(batch.last()));
        }
        self.conclude_and_commit(from, batch.last(), &plan.parking).await
    }

    /// Whether more is about to come, and what is held in memory leaves room for it. A topic's offset is committed with
    /// each of its batches.
    fn may_gather(&self, batch: &Batch<V::Event>) -> bool {
        batch.len() * 2 > self.batch_size()
            && batch.feed_offset().is_none()
            && self.gathered.may(batch.last().position)
            && self.rows.changed() + self.totals.changed() < MANY
            && self.rows.changed_bytes() + self.totals.changed_bytes() < MOST
    }

    async fn conclude_and_commit(
        &mut self,
        from: &Checkpoint,
        to: Mark,
        parking: &Parking,
    ) -> Result<Checkpoint, Trouble> {
        if !S::EXISTS {
            conclude(&*self.view, &mut self.rows).map_err(Trouble::Poison)?;
        }
        let next = self.commit(from, to, parking, How::Quickly).await?;
        self.gathered.end();
        Ok(next)
    }

    /// Commits what is gathered; what is poisoned in it is left to those who begin again behind the last checkpoint.
    pub(super) async fn commit_gathered(&mut self, from: &Checkpoint) -> Result<Checkpoint, FollowError> {
        if !self.gathered.goes_on() {
            return Ok(*from);
        }
        match self
            .conclude_and_commit(from, from.mark, &Parking::default())
            .await
        {
            Ok(next) => Ok(next),
            Err(Trouble::Follow(error)) => Err(error),
            Err(Trouble::Poison(_)) => self.begin_again(from.mark).await,
        }
    }

    /// Goes back to the last checkpoint, and from there batch by batch to a place.
    pub(super) async fn begin_again(&mut self, until: Mark) -> Result<Checkpoint, FollowError> {
        self.gathered.carefully_until = until.position;
        self.resume().await
    }
}
