//! The task that appends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fail::fail_point;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::call;
use super::chain::{Fate, Link};
use super::group::{Taken, Waiting, take};
use super::request::{AppendRequest, Verdict};
use crate::{ExecuteError, StoreError};

/// How often a group is sent again when the connection breaks; command ids make that safe.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// Takes commands and has them appended.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Waiting>,
}

impl Writer {
    /// Starts the task; it ends when the last handle is dropped and the queue is empty.
    pub fn start(pool: PgPool, max_group: usize, max_waiting: usize) -> (Self, JoinHandle<()>) {
        let (queue, incoming) = mpsc::channel(max_waiting.max(1));
        let task = Task {
            pool,
            connection: None,
            max_group: max_group.max(1),
        };
        (Self { queue }, tokio::spawn(task.run(incoming)))
    }

    /// Appends one command with whatever waits beside it.
    pub async fn append(&self, request: AppendRequest) -> Result<Verdict, ExecuteError> {
        self.enqueue(request)?.verdict().await
    }

    /// Puts one command behind those that wait.
    pub fn enqueue(&self, request: AppendRequest) -> Result<Told, ExecuteError> {
        let (tell, told) = oneshot::channel();
        self.queue
            .try_send(Waiting { request, tell })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => ExecuteError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => StoreError::Closed.into(),
            })?;
        Ok(Told(told))
    }
}

/// Hears what has become of a command.
#[derive(Debug)]
pub(crate) struct Told(oneshot::Receiver<Result<Verdict, StoreError>>);

impl Told {
    pub async fn verdict(self) -> Result<Verdict, ExecuteError> {
        self.0
            .await
            .map_err(|_| StoreError::Closed)?
            .map_err(ExecuteError::from)
    }
}

struct Task {
    pool: PgPool,
    connection: Option<PgConnection>,
    max_group: usize,
}

impl Task {
    async fn run(mut self, mut incoming: mpsc::Receiver<Waiting>) {
        let mut queue = VecDeque::new();
        let mut buffer = Vec::new();
        loop {
            if queue.is_empty() && incoming.recv_many(&mut buffer, self.max_group).await == 0 {
                return;
            }
            self.gather(&mut incoming, &mut buffer).await;
            queue.extend(buffer.drain(..));
            let Taken { group, void } = take(&mut queue, self.max_group);
            for waiting in void {
                answer(waiting, Ok(Verdict::Unsent));
            }
            if !group.is_empty() {
                metrics::histogram!("guanxi_append_group_commands").record(group.len() as f64);
                self.append(group).await;
            }
        }
    }

    /// Takes what else waits, once those that run beside this task had their turn. Whoever was just answered asks again
    /// at once, and would else come half a group late each time: two small groups cost more than one large one.
    async fn gather(&self, incoming: &mut mpsc::Receiver<Waiting>, buffer: &mut Vec<Waiting>) {
        for turn in 0..2 {
            while buffer.len() < self.max_group
                && let Ok(waiting) = incoming.try_recv()
            {
                buffer.push(waiting);
            }
            if turn == 0 {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn append(&mut self, group: Vec<Waiting>) {
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
        fail_point!("append.before_acknowledge", |_| Err(StoreError::Closed));
        Ok(verdicts)
    }
}

/// Whoever asked may have gone; the command is in the log all the same. Those decided on it learn of it first.
fn answer(waiting: Waiting, verdict: Result<Verdict, StoreError>) {
    match verdict {
        Ok(Verdict::Appended { .. }) => waiting.request.end.appended(),
        _ => waiting.request.end.broken(),
    }
    drop(waiting.tell.send(verdict));
}
