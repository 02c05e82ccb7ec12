//! How a view's changes get into its tables: with the checkpoint, or not at all.

use sqlx::PgExecutor;

use super::View;
use super::engine::ViewFollower;
use super::second::Second;
use super::table::{Writes, write};
use crate::follow::parking::show_count;
use crate::follow::{Checkpoint, FollowError, Mark, Parking};

/// The next checkpoint, and what goes into the tables with it.
pub(super) struct Written {
    next: Checkpoint,
    rows: Writes,
    totals: Writes,
}

impl Written {
    pub(super) async fn write<V: View, S: Second<V>>(
        &self,
        executor: impl PgExecutor<'_>,
        of: &ViewFollower<V, S>,
    ) -> Result<(), FollowError> {
        write(
            executor,
            &self.next,
            &of.who,
            &of.tables,
            [&self.rows, &self.totals],
        )
        .await
    }
}

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Writes what has changed, and what is set aside, and remembers it.
    pub(super) async fn commit(
        &mut self,
        from: &Checkpoint,
        to: Mark,
        parking: &Parking,
    ) -> Result<Checkpoint, FollowError> {
        let written = self.written(from, to)?;
        if parking.is_empty() {
            written.write(&self.pool, self).await?;
        } else {
            let mut work = self.pool.begin().await?;
            written.write(&mut *work, self).await?;
            parking.write(&mut work, &self.who).await?;
            work.commit().await?;
        }
        self.rows.settle(&written.rows);
        self.totals.settle(&written.totals);
        if !parking.keys().is_empty() {
            self.parked.extend(parking.keys().iter().cloned());
            show_count(&self.who, self.parked.len());
        }
        Ok(written.next)
    }

    /// What is to be written behind a checkpoint.
    pub(super) fn written(&self, from: &Checkpoint, to: Mark) -> Result<Written, FollowError> {
        let (rows, totals) = (self.rows.writes()?, self.totals.writes()?);
        let mut next = from.next(to);
        next.rows_checksum = next.rows_checksum.wrapping_add(rows.delta);
        next.totals_checksum = next.totals_checksum.wrapping_add(totals.delta);
        Ok(Written { next, rows, totals })
    }
}
