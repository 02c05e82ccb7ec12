//! How a view's changes get into its tables: with the checkpoint, or not at all.

use sqlx::{PgConnection, PgExecutor};

use super::View;
use super::engine::ViewFollower;
use super::second::Second;
use super::table::{Writes, write};
use crate::follow::parking::show_count;
use crate::follow::{Checkpoint, FollowError, Mark, Parking};

/// Whether new rows may go in by other means than all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// They may; the first that the database turns down makes all fail.
    Quickly,
    /// Each row as it would be written alone.
    Carefully,
}

/// The next checkpoint, and what goes into the tables with it.
pub(super) struct Written {
    next: Checkpoint,
    rows: Writes,
    totals: Writes,
}

impl Written {
    /// Row by row, whatever lies in the tables.
    pub(super) async fn write<V: View, S: Second<V>>(
        &self,
        executor: impl PgExecutor<'_>,
        of: &ViewFollower<V, S>,
    ) -> Result<(), FollowError> {
        self.write_without(0, executor, of).await
    }

    async fn write_without<V: View, S: Second<V>>(
        &self,
        first: usize,
        executor: impl PgExecutor<'_>,
        of: &ViewFollower<V, S>,
    ) -> Result<(), FollowError> {
        let writes = [&self.rows, &self.totals];
        write(executor, &self.next, &of.who, &of.tables, writes, first).await
    }

    /// The same, with many new rows in bulk.
    async fn write_quickly<V: View, S: Second<V>>(
        &self,
        work: &mut PgConnection,
        of: &ViewFollower<V, S>,
    ) -> Result<(), FollowError> {
        if !self.rows.many_are_new() {
            return self.write(work, of).await;
        }
        self.write_without(self.rows.new, &mut *work, of).await?;
        self.rows.copy_new(work, &of.tables.rows).await
    }
}

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Writes what has changed, and what is set aside, and remembers it.
    pub(super) async fn commit(
        &mut self,
        from: &Checkpoint,
        to: Mark,
        parking: &Parking,
        how: How,
    ) -> Result<Checkpoint, FollowError> {
        let written = self.written(from, to)?;
        let in_bulk = how == How::Quickly && written.rows.many_are_new();
        if parking.is_empty() && !in_bulk {
            written.write(&self.pool, self).await?;
        } else {
            let mut work = self.pool.begin().await?;
            match how {
                How::Quickly => written.write_quickly(&mut work, self).await?,
                How::Carefully => written.write(&mut *work, self).await?,
            }
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
