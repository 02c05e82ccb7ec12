//! Deadlines that could not be turned, for people to look at.

use guanxi_kernel::{EventSet, Timestamp};
use sqlx::Row;

use crate::Loop;
use crate::follow::FollowError;

/// A deadline whose command fails the same way each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The policy that set it.
    pub policy: String,
    /// Its key.
    pub key: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// Why it is not done.
    pub error: String,
}

impl<E: EventSet> Loop<E> {
    /// Deadlines that were set aside, in the order in which they were due.
    ///
    /// # Errors
    /// The database.
    pub async fn deadlines_set_aside(&self) -> Result<Vec<SetAside>, FollowError> {
        let rows = sqlx::query(
            "select policy, key, due_at, error from follow.deadlines where error is not null order by due_at, key",
        )
        .fetch_all(self.inner.store.pool())
        .await?;
        let read = |row: &sqlx::postgres::PgRow| {
            Ok(SetAside {
                policy: row.try_get(0)?,
                key: row.try_get(1)?,
                due_at: row.try_get::<jiff_sqlx::Timestamp, _>(2)?.to_jiff(),
                error: row.try_get(3)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Lets a deadline that was set aside be turned again; `false` if there is none.
    ///
    /// # Errors
    /// The database.
    pub async fn retry_deadline(&self, policy: &str, key: &str) -> Result<bool, FollowError> {
        let freed = sqlx::query(
            "update follow.deadlines set error = null where policy = $1 and key = $2 and error is not null",
        )
        .bind(policy)
        .bind(key)
        .execute(self.inner.store.pool())
        .await?;
        Ok(freed.rows_affected() > 0)
    }
}
