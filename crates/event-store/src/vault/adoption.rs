//! The task that notes whose subjects are: what waits together is noted together.

use std::collections::BTreeMap;

use guanxi_kernel::{MemberId, SubjectId};
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::StoreError;

const MOST: usize = 256;

/// Subjects that are a member's.
struct Adoption {
    subjects: Vec<SubjectId>,
    owner: MemberId,
    tell: oneshot::Sender<Result<(), StoreError>>,
}

/// Adopts, together with whatever is adopted beside it.
pub(super) struct Adoptions {
    queue: mpsc::Sender<Adoption>,
}

impl Adoptions {
    /// Starts the task; it ends when this is dropped.
    pub(super) fn start(pool: PgPool) -> Self {
        let (queue, incoming) = mpsc::channel(MOST * 4);
        drop(tokio::spawn(run(pool, incoming)));
        Self { queue }
    }

    pub(super) async fn note(&self, subjects: &[SubjectId], owner: &MemberId) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let adoption = Adoption {
            subjects: subjects.to_vec(),
            owner: owner.clone(),
            tell,
        };
        self.queue.send(adoption).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(pool: PgPool, mut incoming: mpsc::Receiver<Adoption>) {
    let mut group = Vec::new();
    while incoming.recv_many(&mut group, MOST).await > 0 {
        let written = write(&pool, &group).await;
        for adoption in group.drain(..) {
            drop(adoption.tell.send(written.clone()));
        }
    }
}

async fn write(pool: &PgPool, group: &[Adoption]) -> Result<(), StoreError> {
    // In one order everywhere, so that two processes wait for each other and never both.
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for adoption in group {
        let owned = adoption.subjects.iter();
        owners.extend(owned.map(|subject| (subject.as_str(), adoption.owner.as_str())));
    }
    let (subjects, owners): (Vec<_>, Vec<_>) = owners.into_iter().unzip();
    sqlx::query(
        "with soon as materialized (select set_config('synchronous_commit', 'off', true))
         update log.subject_keys k set owner = a.owner
           from soon, unnest($1::text[], $2::text[]) as a (subject, owner)
          where k.subject = a.subject and k.owner is distinct from a.owner",
    )
    .bind(subjects)
    .bind(owners)
    .execute(pool)
    .await?;
    Ok(())
}
