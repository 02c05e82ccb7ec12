//! What may happen next.

use stateright::{Model, Property};

use super::effects::{give_up, save, send};
use super::laws;
use super::world::{Client, Design, Event, Phase, Process, State, Worker, World};

/// One step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A client sends its command to a process.
    Send { client: usize, to: usize },
    /// A process takes all that waits at it, and decides it on its memory.
    Decide(usize),
    /// It opens a transaction, and takes the head where there is a lock.
    Open(usize),
    /// It learns its positions and what the database says of each command.
    Examine(usize),
    /// Its events become visible.
    Commit(usize),
    /// Its clients hear of it.
    Answer(usize),
    /// The database ends its transaction.
    Abort(usize),
    /// Its clients hear nothing.
    Lose(usize),
    /// It dies.
    Die(usize),
    /// A worker reads what it may.
    Read(usize),
    /// It writes its rows with the checkpoint.
    Save(usize),
    /// It dies before.
    Forget(usize),
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let idle = Process {
            phase: Phase::Idle,
            cache: [None, None],
        };
        vec![State {
            log: Vec::new(),
            head: None,
            next_xid: 1,
            next_position: 1,
            clients: vec![Client::Asking { since: None }; self.asks.len()],
            processes: vec![idle; self.processes],
            workers: [Worker { work: None }, Worker { work: None }],
            checkpoint: (0, 0),
            followed: Vec::new(),
            left: self.trouble,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (client, knows) in state.clients.iter().enumerate() {
            if matches!(knows, Client::Asking { .. }) {
                steps.extend((0..self.processes).map(|to| Step::Send { client, to }));
            }
        }
        for (at, process) in state.processes.iter().enumerate() {
            self.steps_of(state, at, process, steps);
        }
        for (at, worker) in state.workers.iter().enumerate() {
            match worker.work {
                None if !self.readable(state).is_empty() => steps.push(Step::Read(at)),
                None => {}
                Some(_) => {
                    steps.push(Step::Save(at));
                    if state.left.deaths > 0 {
                        steps.push(Step::Forget(at));
                    }
                }
            }
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Send { client, to } => send(&mut state, client, to),
            Step::Decide(at) => self.decide(&mut state, at),
            Step::Open(at) => self.open(&mut state, at),
            Step::Examine(at) => self.examine(&mut state, at),
            Step::Commit(at) => self.commit(&mut state, at),
            Step::Answer(at) => self.answer(&mut state, at),
            Step::Abort(at) => {
                state.left.aborts -= 1;
                give_up(&mut state, at);
            }
            Step::Lose(at) => {
                state.left.lost -= 1;
                give_up(&mut state, at);
            }
            Step::Die(at) => {
                state.left.deaths -= 1;
                give_up(&mut state, at);
                state.processes[at].cache = [None, None];
            }
            Step::Read(at) => {
                state.workers[at].work = Some((state.checkpoint.0, self.readable(&state)));
            }
            Step::Save(at) => save(&mut state, at),
            Step::Forget(at) => {
                state.left.deaths -= 1;
                state.workers[at].work = None;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        laws::all()
    }
}

impl World {
    pub(super) fn locked(&self) -> bool {
        !matches!(self.design, Design::NoLock | Design::PlainFence)
    }

    fn steps_of(&self, state: &State, at: usize, process: &Process, steps: &mut Vec<Step>) {
        let waiting = state
            .clients
            .iter()
            .any(|client| matches!(client, Client::Waiting { at: there, .. } if *there == at));
        match &process.phase {
            Phase::Idle if waiting => steps.push(Step::Decide(at)),
            Phase::Idle => return,
            Phase::Decided(_) if !self.locked() || state.head.is_none() => steps.push(Step::Open(at)),
            Phase::Decided(_) => {}
            Phase::Open { positions, .. } => {
                steps.push(if positions.is_none() {
                    Step::Examine(at)
                } else {
                    Step::Commit(at)
                });
                if state.left.aborts > 0 {
                    steps.push(Step::Abort(at));
                }
            }
            Phase::Committed(_) => {
                steps.push(Step::Answer(at));
                if state.left.lost > 0 {
                    steps.push(Step::Lose(at));
                }
            }
        }
        if state.left.deaths > 0 {
            steps.push(Step::Die(at));
        }
    }

    /// What a follower may read behind its checkpoint, in order.
    fn readable(&self, state: &State) -> Vec<u8> {
        let open = state.processes.iter().filter_map(|process| match &process.phase {
            Phase::Open { xid, .. } => Some(*xid),
            _ => None,
        });
        let xmin = open.min().unwrap_or(state.next_xid);
        let fenced = |event: &&Event| self.design != Design::PlainFence || event.xid < xmin;
        let behind = state
            .log
            .iter()
            .filter(|event| event.position > state.checkpoint.1);
        let mut readable: Vec<u8> = behind.filter(fenced).map(|event| event.position).collect();
        readable.sort_unstable();
        readable
    }
}
