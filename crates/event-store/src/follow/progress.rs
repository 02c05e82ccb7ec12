//! How far followers are, for those who wait and those who watch.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::FollowError;
use super::read::head;

/// How often the database is asked while nobody in this process says anything.
const ASK: Duration = Duration::from_millis(50);

/// What a follower is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not begun in this process.
    Idle,
    /// At the head of the log.
    Live,
    /// That many events behind.
    Behind(u64),
    /// Another process does the work.
    StandingBy,
    /// The last try failed for a reason that may pass.
    Retrying(String),
    /// Stopped for a reason that does not pass by itself.
    Stopped(String),
}

/// A follower as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowerStatus {
    /// Its name.
    pub name: Arc<str>,
    /// Its version in this program.
    pub version: u32,
    /// The last position that it has worked, as far as this process knows.
    pub position: u64,
    /// What it is doing.
    pub standing: Standing,
}

/// Why waiting for a position ended without it.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The log has no such position.
    #[error("position {position} is beyond the head of the log, {head}")]
    BeyondHead {
        /// Asked for.
        position: u64,
        /// The last there is.
        head: u64,
    },
    /// Not in time.
    #[error("`{follower}` has come to position {reached} only")]
    Timeout {
        /// The follower.
        follower: String,
        /// How far it has come.
        reached: u64,
    },
    /// No follower has this name.
    #[error("no follower is called `{0}`")]
    Unknown(String),
    /// The log could not be asked.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

/// Where one follower of this process stands.
#[derive(Debug)]
pub(crate) struct Track {
    position: watch::Sender<u64>,
    /// The furthest position that somebody has waited for.
    wanted: watch::Sender<u64>,
    standing: Mutex<Standing>,
}

impl Default for Track {
    fn default() -> Self {
        Self {
            position: watch::Sender::new(0),
            wanted: watch::Sender::new(0),
            standing: Mutex::new(Standing::Idle),
        }
    }
}

impl Track {
    pub(crate) fn reached(&self, position: u64) {
        self.position.send_replace(position);
    }

    /// Somebody waits for this position: the follower does not rest before it.
    pub(crate) fn want(&self, position: u64) {
        self.wanted
            .send_if_modified(|wanted| std::mem::replace(wanted, position.max(*wanted)) < position);
    }

    /// Done when somebody waits for more than is done.
    pub(crate) async fn wanted(&self, done: u64) {
        let mut wanted = self.wanted.subscribe();
        if wanted.wait_for(|wanted| *wanted > done).await.is_err() {
            std::future::pending().await
        }
    }

    pub(crate) fn set(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    pub(crate) fn standing(&self) -> Standing {
        self.standing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn is_live(&self) -> bool {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*standing, Standing::Live | Standing::Behind(_))
    }

    pub(crate) fn position(&self) -> u64 {
        *self.position.borrow()
    }
}

/// The committed position of a follower: of what is shown, where it is a view, else of its newest version.
pub(crate) async fn committed(pool: &PgPool, name: &str) -> Result<u64, FollowError> {
    let position: Option<i64> = sqlx::query_scalar(
        "select c.position from follow.checkpoints c left join follow.views v on v.name = c.follower \
         where c.follower = $1 and (v.name is null or (c.version = v.version and c.generation = v.generation)) \
         order by c.version desc, c.generation desc, c.number desc limit 1",
    )
    .bind(name)
    .fetch_optional(pool)
    .await?;
    Ok(position.unwrap_or(0).unsigned_abs())
}

/// Waits until a follower, in this process or another, has worked a position.
pub(crate) async fn wait_for(
    pool: &PgPool,
    name: &str,
    track: &Track,
    position: u64,
    limit: Duration,
) -> Result<(), WaitError> {
    track.want(position);
    let mut local = track.position.subscribe();
    let deadline = Instant::now() + limit;
    let mut here = async |until: Instant| {
        let done = timeout_at(until.min(deadline), local.wait_for(|done| *done >= position)).await;
        done.is_ok_and(|done| done.is_ok())
    };
    // Where this process does the work, nobody else is asked for as long as that takes.
    let patience = if track.is_live() { ASK } else { Duration::ZERO };
    if here(Instant::now() + patience).await {
        return Ok(());
    }
    let head = head(pool).await?.position;
    if position > head {
        return Err(WaitError::BeyondHead { position, head });
    }
    loop {
        let reached = committed(pool, name).await?;
        if reached >= position {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(WaitError::Timeout {
                follower: name.to_owned(),
                reached,
            });
        }
        if here(Instant::now() + ASK).await {
            return Ok(());
        }
    }
}
