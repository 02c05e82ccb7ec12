//! Tells that the log has grown: to this process at once, to others by PostgreSQL.
//!
//! A notification inside the append would make each commit dearer, and those who listen would hear thousands a second.
//! So others are told afterwards, a few hundred times a second at most; if that gets lost with the process, whoever
//! follows looks by himself once a second.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio::time::sleep;

/// The channel on which every process says that it has appended.
pub(crate) const CHANNEL: &str = "guanxi_log";
/// From one notification to the next.
const PAUSE: Duration = Duration::from_millis(5);

/// Knows how far this process has appended.
#[derive(Debug, Clone)]
pub(crate) struct Herald {
    grown: watch::Sender<u64>,
    name: Arc<str>,
}

impl Herald {
    /// Starts the task that tells others; it ends when the last handle is dropped.
    pub(crate) fn start(pool: PgPool) -> Self {
        let herald = Self {
            grown: watch::Sender::new(0),
            name: uuid::Uuid::new_v4().to_string().into(),
        };
        let (growing, name) = (herald.grown.subscribe(), Arc::clone(&herald.name));
        drop(tokio::spawn(tell(pool, growing, name)));
        herald
    }

    /// The log reaches to this position, since this process has appended.
    pub(crate) fn appended(&self, position: u64) {
        self.grown
            .send_if_modified(|last| std::mem::replace(last, position.max(*last)) < position);
    }

    /// Changes when this process has appended.
    pub(crate) fn grown(&self) -> watch::Receiver<u64> {
        self.grown.subscribe()
    }

    /// Whether a notification is this process' own, of which it knows already.
    pub(crate) fn is_own(&self, payload: &str) -> bool {
        payload == &*self.name
    }
}

async fn tell(pool: PgPool, mut growing: watch::Receiver<u64>, name: Arc<str>) {
    let mut connection = None;
    while growing.changed().await.is_ok() {
        if let Err(error) = notify(&pool, &mut connection, &name).await {
            tracing::debug!(%error, "other processes were not told that the log has grown; they look by themselves");
            connection = None;
        }
        sleep(PAUSE).await;
    }
}

async fn notify(pool: &PgPool, connection: &mut Option<PgConnection>, name: &str) -> Result<(), sqlx::Error> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(crate::connection::own(pool).await?),
    };
    sqlx::query("select pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(name)
        .execute(open)
        .await?;
    Ok(())
}
