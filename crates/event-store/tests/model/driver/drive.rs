//! The model's steps taken by stores and PostgreSQL, one after the other; behind each the two must look the same.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;
use tokio::time::timeout;

use super::expected::{Moves, Name, Outcome, Seen, outcomes, seen, steps};
use super::gates::{Gate, Gates};
use super::process::{Process, Told};
use super::worker::Worker;
use crate::steps::Step;
use crate::world::{Client, Stage, World};

/// Longer than anything takes that happens at all.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at a database in which something is still moving.
const PAUSE: Duration = Duration::from_micros(500);

/// Where the two do not look the same.
#[derive(Debug)]
pub struct Differs {
    /// The steps before, from the beginning of the run.
    pub taken: Vec<Name>,
    pub step: Name,
    pub seen: Option<Seen>,
    pub expected: Vec<Seen>,
}

pub struct Drive {
    pub world: World,
    run: usize,
    database: PgConnectOptions,
    pub(super) pool: PgPool,
    pub(super) gates: Gates,
    pub(super) processes: Vec<Option<Process>>,
    workers: [Option<Worker>; 2],
    pub(super) told: Told,
    pub(super) moves: Arc<Mutex<Moves>>,
    changed: watch::Sender<u64>,
    pub patience: Duration,
    /// The states in which the world may be: they look the same.
    pub states: Vec<Outcome>,
    /// The steps of this run.
    taken: Vec<Name>,
}

impl Drive {
    /// Stores on a database whose functions were `changed`; nothing is in it.
    pub async fn start(world: World, pool: &PgPool, changed: impl Fn(String) -> String) -> Self {
        let gates = Gates::build(pool, world.asks.len(), changed).await;
        let database = pool.connect_options().as_ref().clone();
        let changed = watch::Sender::new(0);
        let mut processes = Vec::new();
        for _ in 0..world.processes {
            processes.push(Some(Process::start(&database, &changed).await));
        }
        Self {
            world,
            run: 0,
            database,
            pool: pool.clone(),
            gates,
            processes,
            workers: [None, None],
            told: Told::default(),
            moves: Arc::default(),
            changed,
            patience: PATIENCE,
            states: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// Begins anew, with an empty log and commands and streams of other names.
    pub async fn begin(&mut self) {
        for client in 0..self.world.asks.len() {
            super::probes::remove(self.run, client);
        }
        self.run = super::next_run();
        for client in 0..self.world.asks.len() {
            super::probes::put(self.run, client, &self.moves, &self.changed);
        }
        self.gates.empty().await;
        self.told.lock().unwrap().clear();
        self.taken.clear();
        let state = stateright::Model::init_states(&self.world).remove(0);
        let moved = Moves::new();
        self.states = vec![Outcome { state, moved }];
    }

    /// Steps that can be taken now.
    pub fn steps(&self) -> Vec<(Name, Step)> {
        steps(&self.world, &self.states[0].state)
    }

    /// Takes a step, and waits until what is seen is what the model says.
    pub async fn step(&mut self, named: &Name) -> Result<(), Box<Differs>> {
        let mut expected = Vec::new();
        for Outcome { state, .. } in &self.states {
            let found = steps(&self.world, state)
                .into_iter()
                .find(|(name, _)| name == named);
            expected.extend(
                found
                    .map(|(_, step)| outcomes(&self.world, state, step))
                    .unwrap_or_default(),
            );
        }
        self.moves.lock().unwrap().clear();
        let (mut last, mut changes) = (None, self.changed.subscribe());
        let as_expected = timeout(self.patience, async {
            if !self.carry_out(named).await {
                return Vec::new();
            }
            loop {
                changes.mark_unchanged();
                let now = self.look().await;
                let fitting: Vec<_> = expected
                    .iter()
                    .filter(|outcome| seen(outcome) == now)
                    .cloned()
                    .collect();
                last = Some(now);
                if !fitting.is_empty() {
                    return fitting;
                }
                // What happens in the database tells nobody.
                drop(timeout(PAUSE, changes.changed()).await);
            }
        })
        .await
        .unwrap_or_default();
        if as_expected.is_empty() {
            let expected = expected.iter().map(seen).collect();
            return Err(Box::new(Differs {
                taken: std::mem::take(&mut self.taken),
                step: named.clone(),
                seen: last,
                expected,
            }));
        }
        self.states = as_expected;
        self.taken.push(named.clone());
        Ok(())
    }

    /// Whether the step went as the model says, as far as that shows at once.
    async fn carry_out(&mut self, (step, asks): &Name) -> bool {
        let first = asks.iter().min().copied().unwrap_or_default();
        match *step {
            Step::Ask { client, to } => {
                let (told, changed) = (Arc::clone(&self.told), self.changed.clone());
                let (run, ask) = (self.run, self.world.asks[client]);
                self.process(to).ask(
                    super::id(run, client),
                    format!("{run}-{}", ask.stream),
                    (client, ask),
                    told,
                    changed,
                );
            }
            Step::Call { at, .. } => self.process(at).wire.go(Stage::Sends, asks),
            Step::Look { at, .. } => self.process(at).wire.go(Stage::Looks, asks),
            Step::Tell { at, .. } => self.process(at).wire.go(Stage::Done, asks),
            Step::Cut { at, .. } => self.process(at).wire.cut(asks),
            Step::Head(_) => self.gates.pass(Gate::Head, first).await,
            Step::Commit(_) => self.gates.pass(Gate::Commit, first).await,
            Step::Abort(_) => {
                let gates = self.gates.waiting().await.gates;
                let gate = if gates.contains(&(Gate::Head, first)) {
                    Gate::Head
                } else {
                    Gate::Commit
                };
                self.gates.terminate(gate, first).await;
            }
            Step::Leave(client) => {
                if let Client::At { at, .. } = self.states[0].state.clients[client] {
                    self.process(at).leave(client).await;
                }
            }
            Step::Die(at) => {
                self.processes[at].take().unwrap().die().await;
                self.processes[at] = Some(Process::start(&self.database, &self.changed).await);
            }
            Step::Read(at) => {
                let (worker, work) = Worker::read(&self.database).await;
                self.workers[at] = Some(worker);
                let state = &self.states[0].state;
                let readable = state.log.iter().map(|event| event.position);
                let due: Vec<u8> = readable
                    .filter(|position| *position > state.checkpoint.1)
                    .collect();
                return work == (state.checkpoint.0, due);
            }
            Step::Save(at) => {
                let state = &self.states[0].state;
                let first = state.workers[at]
                    .work
                    .as_ref()
                    .is_some_and(|work| work.0 == state.checkpoint.0);
                return self.workers[at].take().unwrap().save().await == first;
            }
            Step::Forget(at) => self.workers[at].take().unwrap().die(),
            Step::Decide(_) | Step::Take(_) | Step::Answer(_) | Step::Granted(_) => {}
        }
        true
    }

    fn process(&mut self, at: usize) -> &mut Process {
        self.processes[at].as_mut().unwrap()
    }
}
