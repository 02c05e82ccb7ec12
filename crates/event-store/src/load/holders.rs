//! The task that finds out who holds claims: questions that wait together are asked together.

use guanxi_kernel::StreamRef;
use sqlx::{PgConnection, PgPool, Row};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::StoreError;

const MOST: usize = 256;

/// A claim as it lies in the table; a sealed key that cannot be opened any more has no text, and no holder.
pub(crate) type StoredKey = (&'static str, Option<String>);
type Answer = Result<Vec<Option<StreamRef>>, StoreError>;
type Waiting = (Vec<StoredKey>, oneshot::Sender<Answer>);

/// Finds holders, together with whatever is asked beside it.
#[derive(Debug, Clone)]
pub(crate) struct Holders {
    queue: mpsc::Sender<Waiting>,
}

impl Holders {
    /// Starts the task; it ends when the last handle is dropped.
    pub fn start(pool: PgPool) -> (Self, JoinHandle<()>) {
        let (queue, incoming) = mpsc::channel(MOST * 4);
        (Self { queue }, tokio::spawn(run(pool, incoming)))
    }

    /// Who holds these, in this order.
    pub async fn of(&self, keys: Vec<StoredKey>) -> Answer {
        let (tell, told) = oneshot::channel();
        self.queue
            .send((keys, tell))
            .await
            .map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(pool: PgPool, mut incoming: mpsc::Receiver<Waiting>) {
    let mut connection = None;
    let mut group = Vec::new();
    while incoming.recv_many(&mut group, MOST).await > 0 {
        let asked: Vec<&StoredKey> = group.iter().flat_map(|(keys, _)| keys).collect();
        match answer(&pool, &mut connection, &asked).await {
            Ok(holders) => {
                let mut holders = holders.into_iter();
                for (keys, tell) in group.drain(..) {
                    drop(tell.send(Ok(holders.by_ref().take(keys.len()).collect())));
                }
            }
            Err(error) => group
                .drain(..)
                .for_each(|(_, tell)| drop(tell.send(Err(error.clone())))),
        }
    }
}

/// Tries once more on a fresh connection: the first may have been idle too long.
async fn answer(pool: &PgPool, connection: &mut Option<PgConnection>, asked: &[&StoredKey]) -> Answer {
    for last in [false, true] {
        if connection.is_none() {
            *connection = Some(crate::connection::own(pool).await?);
        }
        let Some(open) = connection.as_mut() else { break };
        match ask(open, asked).await {
            Ok(holders) => return Ok(holders),
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

async fn ask(
    connection: &mut PgConnection,
    asked: &[&StoredKey],
) -> Result<Vec<Option<StreamRef>>, sqlx::Error> {
    let scopes: Vec<&str> = asked.iter().map(|(scope, _)| *scope).collect();
    let keys: Vec<Option<&str>> = asked.iter().map(|(_, key)| key.as_deref()).collect();
    let rows = sqlx::query(
        "select c.aggregate_type, c.aggregate_id
           from unnest($1::text[], $2::text[]) with ordinality as r(scope, key, ord)
           left join log.claims c on c.scope = r.scope and c.key = r.key order by r.ord",
    )
    .bind(scopes)
    .bind(keys)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let aggregate_type: Option<String> = row.try_get("aggregate_type")?;
            let aggregate_id: Option<String> = row.try_get("aggregate_id")?;
            Ok(aggregate_type
                .zip(aggregate_id)
                .map(|(kind, id)| StreamRef::new(kind, id)))
        })
        .collect()
}
