//! The task that looks up.

use guanxi_kernel::{CommandId, StreamRef};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::query::{self, StoredRow};
use crate::StoreError;
use crate::append::KnownAnswer;

const MOST: usize = 512;

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct LookUp {
    pub stream: StreamRef,
    /// Events after this sequence.
    pub after: u64,
    pub command: Option<CommandId>,
    /// The shape of the state, where a snapshot of that shape is welcome.
    pub schema: Option<String>,
}

/// What there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub events: Vec<StoredRow>,
    pub known: Option<KnownAnswer>,
}

type Waiting = (LookUp, oneshot::Sender<Result<Found, StoreError>>);

/// Looks up, together with whatever waits beside it.
#[derive(Debug, Clone)]
pub(crate) struct Loader {
    queue: mpsc::Sender<Waiting>,
}

impl Loader {
    /// Starts the task; it ends when the last handle is dropped.
    pub fn start(pool: PgPool) -> (Self, JoinHandle<()>) {
        let (queue, incoming) = mpsc::channel(MOST * 4);
        (Self { queue }, tokio::spawn(run(pool, incoming)))
    }

    /// Answers one look-up.
    pub async fn look_up(&self, look_up: LookUp) -> Result<Found, StoreError> {
        let (tell, told) = oneshot::channel();
        self.queue
            .send((look_up, tell))
            .await
            .map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(pool: PgPool, mut incoming: mpsc::Receiver<Waiting>) {
    let mut connection = None;
    let mut group = Vec::new();
    while incoming.recv_many(&mut group, MOST).await > 0 {
        let asked: Vec<_> = group.iter().map(|(look_up, _)| look_up).collect();
        let found = answer(&pool, &mut connection, &asked).await;
        match found {
            Ok(found) => {
                for ((_, tell), found) in group.drain(..).zip(found) {
                    drop(tell.send(Ok(found)));
                }
            }
            Err(error) => {
                for (_, tell) in group.drain(..) {
                    drop(tell.send(Err(error.clone())));
                }
            }
        }
    }
}

/// Tries once more on a fresh connection: the first may have been idle too long.
async fn answer(
    pool: &PgPool,
    connection: &mut Option<PgConnection>,
    asked: &[&LookUp],
) -> Result<Vec<Found>, StoreError> {
    for last in [false, true] {
        if connection.is_none() {
            *connection = Some(crate::connection::own(pool).await?);
        }
        let Some(open) = connection.as_mut() else { break };
        match query::look_up(open, asked).await {
            Ok(found) => return Ok(found),
            Err(error) => {
                *connection = None;
                let error = StoreError::from(error);
                if last || !error.is_transient() {
                    return Err(error);
                }
            }
        }
    }
    Err(StoreError::Closed)
}
