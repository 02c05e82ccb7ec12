//! Keeping notices: those that wait together are inserted together.

use std::collections::HashSet;

use guanxi_kernel::{SubjectId, Timestamp};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Inbox, content};
use crate::{EventStore, StoreError};

const MOST: usize = 256;
const MOST_WAITING: usize = 4_096;

/// A verified notice on its way into the inbox.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Whose protocol, e.g. `wechat_pay`.
    pub source: &'static str,
    /// The sender's name for it, e.g. the notification id. At most 256 bytes.
    pub key: String,
    /// Headers worth keeping, as JSON.
    pub headers: String,
    /// The raw body.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Timestamp,
}

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is durable now.
    New,
    /// The same body was durable under the same key before.
    Duplicate,
}

pub(super) struct Waiting {
    notice: NewNotice,
    tell: oneshot::Sender<Result<Put, StoreError>>,
}

/// The task that inserts.
pub(super) struct Writing(JoinHandle<()>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Inbox {
    /// Keeps a notice. When this returns, it survives a crash of everything.
    ///
    /// # Errors
    /// The database, or too many notices wait.
    pub async fn put(&self, notice: NewNotice) -> Result<Put, StoreError> {
        let (tell, told) = oneshot::channel();
        self.queue
            .try_send(Waiting { notice, tell })
            .map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

pub(super) fn start(store: EventStore) -> (mpsc::Sender<Waiting>, Writing) {
    let (queue, incoming) = mpsc::channel(MOST_WAITING);
    (queue, Writing(tokio::spawn(run(store, incoming))))
}

async fn run(store: EventStore, mut incoming: mpsc::Receiver<Waiting>) {
    let mut group = Vec::new();
    while incoming.recv_many(&mut group, MOST).await > 0 {
        match insert(&store, &group).await {
            Ok(put) => group
                .drain(..)
                .zip(put)
                .for_each(|(waiting, put)| drop(waiting.tell.send(Ok(put)))),
            Err(error) if error.is_transient() || group.len() == 1 => group
                .drain(..)
                .for_each(|waiting| drop(waiting.tell.send(Err(error.clone())))),
            // One notice holds something the database refuses: it must not take its neighbours with it.
            Err(_) => {
                for waiting in group.drain(..) {
                    let put = insert(&store, std::slice::from_ref(&waiting)).await;
                    let put = put.and_then(|put| put.first().copied().ok_or(StoreError::Closed));
                    drop(waiting.tell.send(put));
                }
            }
        }
    }
}

#[derive(Default)]
struct Columns {
    source: Vec<&'static str>,
    key: Vec<String>,
    digest: Vec<String>,
    subject: Vec<String>,
    wrapped: Vec<String>,
    sealed: Vec<Vec<u8>>,
    received: Vec<String>,
}

async fn insert(store: &EventStore, group: &[Waiting]) -> Result<Vec<Put>, StoreError> {
    let mut columns = Columns::default();
    for Waiting { notice, .. } in group {
        let subject = SubjectId::new(format!("notice:{}", uuid::Uuid::now_v7()))
            .map_err(|error| StoreError::Unstorable(error.to_string()))?;
        let new = store.vault().new_subject(subject)?;
        columns.source.push(notice.source);
        columns.key.push(notice.key.clone());
        columns
            .digest
            .push(hex::encode(store.digest_of_bytes(&notice.body).0));
        columns.subject.push(new.stored.subject.to_string());
        columns.wrapped.push(hex::encode(&new.stored.wrapped));
        columns.sealed.push(
            new.key
                .seal_bytes(&content::pack(&notice.headers, &notice.body))?,
        );
        columns.received.push(notice.received_at.to_string());
    }
    let subjects = columns.subject.clone();
    let new = send(store.pool(), columns).await?;
    Ok(subjects
        .iter()
        .map(|subject| {
            if new.contains(subject) {
                Put::New
            } else {
                Put::Duplicate
            }
        })
        .collect())
}

/// Inserts, and returns the subjects of what is new.
async fn send(pool: &PgPool, columns: Columns) -> Result<HashSet<String>, StoreError> {
    let put: Vec<(String, bool)> =
        sqlx::query_as("select subject, clash from log.inbox_put($1, $2, $3, $4, $5, $6, $7)")
            .bind(columns.source)
            .bind(columns.key)
            .bind(columns.digest)
            .bind(columns.subject)
            .bind(columns.wrapped)
            .bind(columns.sealed)
            .bind(columns.received)
            .fetch_all(pool)
            .await?;
    let clashes = put.iter().filter(|(_, clash)| *clash).count();
    if clashes > 0 {
        metrics::counter!("guanxi_inbox_key_reused").increment(clashes as u64);
        tracing::error!(clashes, "a partner has used the key of a notice for another body");
    }
    Ok(put.into_iter().map(|(subject, _)| subject).collect())
}
