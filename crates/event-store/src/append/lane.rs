//! One connection on which groups are appended, one after the other.

use std::sync::Arc;
use std::time::Duration;

use fail::fail_point;
use sqlx::{PgConnection, PgPool};

use super::call;
use super::chain::{Fate, Link};
use super::group::Waiting;
use super::herald::Herald;
use super::request::{AppendRequest, Verdict};
use crate::StoreError;

/// How often a group is sent again when the connection breaks; command ids make that safe.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Appends groups, and tells those who wait for them.
pub(super) struct Lane {
    number: usize,
    pool: PgPool,
    connection: Option<PgConnection>,
    herald: Herald,
}

impl Lane {
    /// A lane that connects when it is first needed.
    pub(super) fn new(number: usize, pool: PgPool, herald: Herald) -> Self {
        Self {
            number,
            pool,
            connection: None,
            herald,
        }
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Appends a group and answers each of its commands.
    pub(super) async fn append(&mut self, group: Vec<Waiting>) {
        let requests: Vec<_> = group.iter().map(|waiting| &waiting.request).collect();
        match self.send(&requests).await {
            Ok(verdicts) => {
                for (waiting, verdict) in group.into_iter().zip(verdicts) {
                    answer(waiting, verdict.ok_or(StoreError::Closed));
                }
            }
            Err(error) if error.is_transient() || group.len() == 1 => {
                for waiting in group {
                    answer(waiting, Err(error.clone()));
                }
            }
            // One command holds something the database refuses: it must not take its neighbours with it.
            Err(_) => {
                for waiting in group {
                    let verdict = self.send_alone(&waiting.request).await;
                    answer(waiting, verdict);
                }
            }
        }
    }

    async fn send_alone(&mut self, request: &AppendRequest) -> Result<Verdict, StoreError> {
        let void = |link: &Arc<Link>| link.fate() == Fate::Broken;
        if request.behind.as_ref().is_some_and(void) {
            return Ok(Verdict::Unsent);
        }
        let mut verdicts = self.send(&[request]).await?;
        verdicts.pop().flatten().ok_or(StoreError::Closed)
    }

    async fn send(&mut self, group: &[&AppendRequest]) -> Result<Vec<Option<Verdict>>, StoreError> {
        let mut pause = FIRST_PAUSE;
        let mut tried = 1;
        loop {
            match self.send_once(group).await {
                Err(error) if error.is_transient() && tried < TRIES => {
                    tracing::warn!(%error, tried, "an append is sent again");
                    self.connection = None;
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                    tried += 1;
                }
                other => return other,
            }
        }
    }

    async fn send_once(&mut self, group: &[&AppendRequest]) -> Result<Vec<Option<Verdict>>, StoreError> {
        if self.connection.is_none() {
            self.connection = Some(crate::connection::own(&self.pool).await?);
        }
        fail_point!("append.before_send", |_| Err(StoreError::Closed));
        let Some(connection) = self.connection.as_mut() else {
            return Err(StoreError::Closed);
        };
        let verdicts = call::append(connection, group).await?;
        let last = verdicts.iter().filter_map(|verdict| match verdict {
            Some(Verdict::Appended { last, .. }) => Some(*last),
            _ => None,
        });
        if let Some(last) = last.max() {
            self.herald.appended(last);
        }
        fail_point!("append.before_acknowledge", |_| Err(StoreError::Closed));
        Ok(verdicts)
    }
}

/// Whoever asked may have gone; the command is in the log all the same. Those decided on it learn of it first.
pub(super) fn answer(waiting: Waiting, verdict: Result<Verdict, StoreError>) {
    fail_point!(&format!("append.answered.{}", waiting.request.command_id));
    match verdict {
        Ok(Verdict::Appended { .. }) => waiting.request.end.appended(),
        _ => waiting.request.end.broken(),
    }
    drop(waiting.tell.send(verdict));
}
