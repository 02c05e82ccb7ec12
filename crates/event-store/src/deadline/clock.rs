//! What time it is for deadlines.

use guanxi_kernel::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use crate::follow::{FollowError, WaitError};

/// What a process takes the time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The wall's time.
    Wall,
    /// The day that an import has reached; it stands still until it is raised.
    Watermark(Timestamp),
}

/// Why a watermark was not raised.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// It never goes back.
    #[error("the clock stands at {0} already; it is never put back")]
    Backwards(Timestamp),
    /// Followers or deadlines did not catch up in time.
    #[error("followers or deadlines have not caught up: {0}")]
    Behind(#[from] WaitError),
    /// The database.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

impl Clock {
    /// Reads the clock's row.
    ///
    /// # Errors
    /// The database.
    pub async fn read(pool: &PgPool) -> Result<Self, FollowError> {
        let watermark: Option<Option<jiff_sqlx::Timestamp>> =
            sqlx::query_scalar("select watermark from follow.clock")
                .fetch_optional(pool)
                .await?;
        Ok(watermark
            .flatten()
            .map_or(Self::Wall, |at| Self::Watermark(at.to_jiff())))
    }

    /// Sets the clock's row. Going back to an earlier watermark is refused; from the wall, any is taken.
    pub(crate) async fn set(self, pool: &PgPool) -> Result<(), ClockError> {
        let watermark = match self {
            Self::Wall => None,
            Self::Watermark(at) => Some(at),
        };
        let set = sqlx::query(
            "update follow.clock set watermark = $1 where $1 is null or watermark is null or watermark <= $1",
        )
        .bind(watermark.map(|at| at.to_sqlx()))
        .execute(pool)
        .await
        .map_err(FollowError::from)?;
        match (set.rows_affected(), Self::read(pool).await?) {
            (0, Self::Watermark(at)) => Err(ClockError::Backwards(at)),
            _ => Ok(()),
        }
    }
}
