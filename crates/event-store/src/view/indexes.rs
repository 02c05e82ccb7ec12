//! The indexes that a view declares: made when it has caught up, since making one of what is there takes a fraction of the
//! time that entering each row into it takes.

use sqlx::{Executor, PgConnection};

use super::View;
use super::engine::ViewFollower;
use super::publish::{LOCK_TIMEOUT, is_locked, lock_view};
use super::retire::forget_parked;
use super::second::Second;
use super::table::Tables;
use crate::follow::{Checkpoint, FollowError, Follower as _};

impl Tables {
    /// Makes the declared indexes that are not there.
    async fn index<V: View>(&self, view: &V, work: &mut PgConnection) -> Result<(), FollowError> {
        let base = self.rows.trim_start_matches("views.");
        for (number, index) in view.indexes().into_iter().enumerate() {
            let name = format!("{base}_i{number}");
            // Asked beforehand: `if not exists` would wait for whoever writes the table, if only to find it there.
            let there: bool = sqlx::query_scalar("select to_regclass('views.' || $1) is not null")
                .bind(&name)
                .fetch_one(&mut *work)
                .await?;
            if !there {
                let create = format!("create index {name} on {}", self.fill(index));
                Executor::execute(&mut *work, create.as_str()).await?;
            }
        }
        Ok(())
    }
}

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Makes the indexes that are not there; called before the follower is taken to have come to the end of the log.
    /// Gives the place to begin at anew, if what is there cannot be in them.
    pub(super) async fn catch_up_indexes(&mut self) -> Result<Option<Checkpoint>, FollowError> {
        if self.indexed {
            return Ok(None);
        }
        let mut work = self.pool.begin().await?;
        lock_view::<V>(&mut work).await?;
        match self.tables.index(&*self.view, &mut work).await {
            Ok(()) => {
                work.commit().await?;
                self.indexed = true;
                Ok(None)
            }
            Err(error) if error.is_data_fault() => {
                work.rollback().await?;
                tracing::warn!(follower = %self.who, %error, "begins anew, to tell which row fits no index");
                self.begin_indexed().await.map(Some)
            }
            Err(error) => Err(error),
        }
    }

    /// Begins anew with the indexes in place: the rows that do not fit into them are refused one by one then, and parked.
    async fn begin_indexed(&mut self) -> Result<Checkpoint, FollowError> {
        let mut work = self.pool.begin().await?;
        let last = Checkpoint::load(&mut work, &self.who).await?;
        let anew = Checkpoint {
            number: last.number + 1,
            feed_offset: last.feed_offset,
            ..Checkpoint::default()
        };
        anew.insert(&mut work, &self.who).await?;
        sqlx::query(LOCK_TIMEOUT).execute(&mut *work).await?;
        let empty = format!("truncate {}, {}", self.tables.rows, self.tables.totals);
        if let Err(error) = Executor::execute(&mut *work, empty.as_str()).await {
            let error = FollowError::from(error);
            return Err(if is_locked(&error) {
                FollowError::Transient(format!("somebody reads `{}`, which must begin anew", self.who))
            } else {
                error
            });
        }
        self.tables.index(&*self.view, &mut work).await?;
        forget_parked(&mut work, &self.who).await?;
        work.commit().await?;
        self.resume().await
    }
}
