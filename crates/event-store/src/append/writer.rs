//! The task that forms groups, and has up to two of them under way: while one has the head of the log, the answers of the
//! other are going in.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::group::{Taken, Touched, Waiting, take};
use super::herald::Herald;
use super::lane::{Lane, answer};
use super::request::{AppendRequest, Verdict};
use crate::{ExecuteError, StoreError, StoreOptions};

/// Groups under way at once. A third would only wait for the head too.
const LANES: usize = 2;

/// Takes commands and has them appended.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::UnboundedSender<Waiting>,
    /// A place for each command that may wait, in the channel or in the task's own queue; what is sent gives it back.
    places: Arc<Semaphore>,
    max_waiting: usize,
    /// A second group goes beside one that is under way if so many commands wait.
    beside: usize,
    /// Told when enough wait for a second group.
    many: Arc<Notify>,
}

impl Writer {
    /// Starts the task; it ends when the last handle is dropped and the queue is empty.
    pub fn start(pool: &PgPool, herald: &Herald, options: &StoreOptions) -> (Self, JoinHandle<()>) {
        let max_waiting = options.max_waiting.clamp(1, Semaphore::MAX_PERMITS);
        let beside = options.beside.max(1);
        let (queue, incoming) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(max_waiting));
        let many = Arc::<Notify>::default();
        let task = Task {
            idle: (0..LANES)
                .map(|number| Lane::new(number, pool.clone(), herald.clone()))
                .collect(),
            under_way: FuturesUnordered::new(),
            touched: std::array::from_fn(|_| None),
            queue: VecDeque::new(),
            max_group: options.max_group.max(1),
            beside,
            last: 0,
            places: Arc::clone(&places),
            many: Arc::clone(&many),
        };
        let writer = Self {
            queue,
            places,
            max_waiting,
            beside,
            many,
        };
        (writer, tokio::spawn(task.run(incoming)))
    }

    /// Appends one command with whatever waits beside it.
    pub async fn append(&self, request: AppendRequest) -> Result<Verdict, ExecuteError> {
        self.enqueue(request)?.verdict().await
    }

    /// Puts one command behind those that wait.
    pub fn enqueue(&self, request: AppendRequest) -> Result<Told, ExecuteError> {
        let place = self.places.try_acquire().map_err(|_| ExecuteError::Overloaded)?;
        let (tell, told) = oneshot::channel();
        self.queue
            .send(Waiting { request, tell })
            .map_err(|_| StoreError::Closed)?;
        place.forget();
        // Once for so many, and not for each: where all of them wait for one stream, the task looks at them for nothing.
        let waiting = self.max_waiting - self.places.available_permits();
        if waiting > 0 && waiting.is_multiple_of(self.beside) {
            self.many.notify_one();
        }
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
    idle: Vec<Lane>,
    under_way: FuturesUnordered<BoxFuture<'static, Lane>>,
    /// What the groups under way touch, by the numbers of their lanes.
    touched: [Option<Touched>; LANES],
    queue: VecDeque<Waiting>,
    max_group: usize,
    beside: usize,
    /// How many went in the last group.
    last: usize,
    places: Arc<Semaphore>,
    many: Arc<Notify>,
}

impl Task {
    async fn run(mut self, mut incoming: mpsc::UnboundedReceiver<Waiting>) {
        let mut first = Vec::with_capacity(1);
        loop {
            if self.under_way.is_empty() {
                if self.queue.is_empty() && incoming.recv_many(&mut first, 1).await == 0 {
                    return;
                }
                self.queue.extend(first.drain(..));
            } else {
                tokio::select! {
                    Some(lane) = self.under_way.next() => {
                        self.touched[lane.number()] = None;
                        self.idle.push(lane);
                    }
                    () = self.many.notified(), if !self.idle.is_empty() => {}
                }
            }
            self.receive(&mut incoming);
            if self.under_way.is_empty() || self.queue.len() >= self.beside {
                self.gather(&mut incoming).await;
                self.send();
            }
        }
    }

    /// Takes what has come, as long as it is not more than a group or two: a group is chosen by looking at all of it.
    fn receive(&mut self, incoming: &mut mpsc::UnboundedReceiver<Waiting>) {
        while self.queue.len() < self.max_group * LANES
            && let Ok(waiting) = incoming.try_recv()
        {
            self.queue.push_back(waiting);
        }
    }

    /// Lets those that run beside this task have their turn. Whoever was just answered asks again at once, and would else
    /// come half a group late each time: two small groups cost more than one large one. Who is alone is not kept waiting.
    async fn gather(&mut self, incoming: &mut mpsc::UnboundedReceiver<Waiting>) {
        if self.last > 1 || self.queue.len() > 1 {
            tokio::task::yield_now().await;
            self.receive(incoming);
        }
    }

    /// Sends what can go.
    fn send(&mut self) {
        let Some(mut lane) = self.idle.pop() else { return };
        let Taken { group, touched, void } = take(&mut self.queue, self.max_group, &self.touched);
        self.places.add_permits(group.len() + void.len());
        for waiting in void {
            answer(waiting, Ok(Verdict::Unsent));
        }
        if group.is_empty() {
            self.idle.push(lane);
            return;
        }
        self.last = group.len();
        metrics::histogram!("guanxi_append_group_commands").record(group.len() as f64);
        self.touched[lane.number()] = Some(touched);
        self.under_way.push(Box::pin(async move {
            lane.append(group).await;
            lane
        }));
    }
}
