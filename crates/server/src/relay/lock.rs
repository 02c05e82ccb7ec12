//! One relay at a time: a lock that belongs to a session of PostgreSQL.
//!
//! The session says every second that it lives, and PostgreSQL itself ends it when it is silent: a process that is
//! frozen loses the lock, and one that vanished has lost it already.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{ConnectOptions as _, PgConnection, PgPool};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// "guanxi" in ASCII, and the relay's number.
const KEY: (i32, i32) = (0x6775_616e, 1);
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// As long as three signs of life; PostgreSQL counts it.
const SILENCE: &str = "set idle_session_timeout = '4s'";

/// Held as long as it lives.
pub(super) struct Lock {
    lost: Arc<AtomicBool>,
    keeping: JoinHandle<()>,
}

impl Lock {
    /// Takes the lock if nobody has it.
    pub(super) async fn try_take(pool: &PgPool) -> Result<Option<Self>, sqlx::Error> {
        let mut session = pool.connect_options().connect().await?;
        let taken: bool = sqlx::query_scalar("select pg_try_advisory_lock($1, $2)")
            .bind(KEY.0)
            .bind(KEY.1)
            .fetch_one(&mut session)
            .await?;
        if !taken {
            return Ok(None);
        }
        sqlx::query(SILENCE).execute(&mut session).await?;
        let lost = Arc::new(AtomicBool::new(false));
        let keeping = tokio::spawn(keep(session, Arc::clone(&lost)));
        Ok(Some(Self { lost, keeping }))
    }

    /// Whether the session has ended, and the lock with it.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

async fn keep(mut session: PgConnection, lost: Arc<AtomicBool>) {
    loop {
        sleep(SIGN_OF_LIFE).await;
        let alive = timeout(4 * SIGN_OF_LIFE, sqlx::query("select 1").execute(&mut session)).await;
        if !matches!(alive, Ok(Ok(_))) {
            lost.store(true, Ordering::Release);
            return;
        }
    }
}
