//! What may happen next.

use stateright::{Model, Property};

use super::laws;
use super::world::{Client, Design, Event, Process, Progress, Stage, State, Way, Worker, World};

/// One step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A client sends its command to a process.
    Ask { client: usize, to: usize },
    /// A command is decided, or goes on, in its process.
    Decide(usize),
    /// A process takes what can go from its queue, as a group.
    Take(usize),
    /// A lane's call reaches the database and begins to write answers.
    Call { at: usize, lane: usize },
    /// A call writes the next answer, or learns that it is there; it waits for one that is going in.
    Answer(usize),
    /// A call asks for the head, and writes its events as soon as it has it.
    Head(usize),
    /// The same, once the one in front of it has left.
    Granted(usize),
    /// A call's answers and events become visible.
    Commit(usize),
    /// A lane looks at what stands against its group.
    Look { at: usize, lane: usize },
    /// The clients of a lane's group hear of it.
    Tell { at: usize, lane: usize },
    /// The database ends a transaction.
    Abort(usize),
    /// The connection of a lane breaks; it sends its group again.
    Cut { at: usize, lane: usize },
    /// A client does not wait any longer.
    Leave(usize),
    /// A process dies.
    Die(usize),
    /// A worker reads what it may.
    Read(usize),
    /// It writes its rows with the checkpoint.
    Save(usize),
    /// It dies before.
    Forget(usize),
}

impl Step {
    /// Whether it happens by itself: inside a process, or inside the database.
    pub fn by_itself(self) -> bool {
        matches!(
            self,
            Self::Decide(_) | Self::Take(_) | Self::Answer(_) | Self::Granted(_)
        )
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            log: Vec::new(),
            calls: Vec::new(),
            next_xid: 1,
            next_position: 1,
            clients: vec![Client::Asking { since: None }; self.asks.len()],
            processes: vec![Process::default(); self.processes],
            workers: [Worker { work: None }, Worker { work: None }],
            checkpoint: (0, 0),
            followed: Vec::new(),
            left: self.trouble,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for client in 0..state.clients.len() {
            self.steps_of_client(state, client, steps);
        }
        for (at, process) in state.processes.iter().enumerate() {
            self.steps_of_process(state, at, process, steps);
        }
        for call in 0..state.calls.len() {
            self.steps_of_call(state, call, steps);
        }
        if self.followed {
            self.steps_of_workers(state, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Ask { client, to } => state.ask(client, to),
            Step::Decide(client) => self.go_on(&mut state, client),
            Step::Take(at) => self.take(&mut state, at),
            Step::Call { at, lane } => self.call(&mut state, at, lane),
            Step::Answer(call) => self.answer(&mut state, call),
            Step::Head(call) => self.head(&mut state, call),
            Step::Granted(call) => self.write(&mut state, call),
            Step::Commit(call) => self.commit(&mut state, call),
            Step::Look { at, lane } => self.look(&mut state, at, lane),
            Step::Tell { at, lane } => self.tell(&mut state, at, lane),
            Step::Abort(call) => {
                state.left.aborts -= 1;
                state.end(call, Stage::Sends);
            }
            Step::Cut { at, lane } => {
                state.left.lost -= 1;
                state.cut(at, lane);
            }
            Step::Leave(client) => {
                state.left.lost -= 1;
                state.leave(client);
            }
            Step::Die(at) => {
                state.left.deaths -= 1;
                state.die(at);
            }
            Step::Read(at) => {
                state.workers[at].work = Some((state.checkpoint.0, self.readable(&state)));
            }
            Step::Save(at) => state.save(at),
            Step::Forget(at) => {
                state.left.deaths -= 1;
                state.workers[at].work = None;
            }
        }
        state.in_order();
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

    fn steps_of_client(&self, state: &State, client: usize, steps: &mut Vec<Step>) {
        match state.clients[client] {
            Client::Asking { .. } => {
                steps.extend((0..self.processes).map(|to| Step::Ask { client, to }));
            }
            Client::At { at, way, .. } => {
                match way {
                    Way::Decides { .. } if self.has_turn(state, client, at) => {
                        steps.push(Step::Decide(client))
                    }
                    Way::Looks | Way::Checks { .. } => steps.push(Step::Decide(client)),
                    _ => {}
                }
                let stands = !matches!(way, Way::Decides { .. } | Way::Looks | Way::Checks { .. });
                if stands && state.left.lost > 0 {
                    steps.push(Step::Leave(client));
                }
            }
            Client::Appended | Client::Refused { .. } => {}
        }
    }

    /// Nobody else decides on a stream while somebody holds it.
    fn has_turn(&self, state: &State, client: usize, at: usize) -> bool {
        let stream = self.asks[client].stream;
        !state.clients.iter().zip(&self.asks).any(|(other, ask)| {
            let holds = matches!(other, Client::At { at: there, way: Way::Holds { .. }, .. } if *there == at);
            holds && ask.stream == stream
        })
    }

    fn steps_of_process(&self, state: &State, at: usize, process: &Process, steps: &mut Vec<Step>) {
        if process.lanes.iter().any(Option::is_none) && self.can_take(process) {
            steps.push(Step::Take(at));
        }
        for (lane, under_way) in process.lanes.iter().enumerate() {
            let Some(under_way) = under_way else { continue };
            match under_way.stage {
                Stage::Sends => steps.push(Step::Call { at, lane }),
                Stage::Looks if state.head_is_free() || !self.locked() => steps.push(Step::Look { at, lane }),
                Stage::Done => steps.push(Step::Tell { at, lane }),
                Stage::Called | Stage::Looks => {}
            }
            if state.left.lost > 0 && matches!(under_way.stage, Stage::Called | Stage::Done) {
                steps.push(Step::Cut { at, lane });
            }
        }
        if state.left.deaths > 0 && *process != Process::default() {
            steps.push(Step::Die(at));
        }
    }

    fn steps_of_call(&self, state: &State, number: usize, steps: &mut Vec<Step>) {
        let call = &state.calls[number];
        match call.progress {
            Progress::Answers(_) if self.can_answer(state, number) => steps.push(Step::Answer(number)),
            Progress::Answers(_) => {}
            Progress::Answered => steps.push(Step::Head(number)),
            Progress::Queues => {
                let mut queue = state
                    .calls
                    .iter()
                    .filter(|call| call.progress == Progress::Queues);
                if state.head_is_free() && queue.next() == Some(call) {
                    steps.push(Step::Granted(number));
                }
            }
            Progress::Written => steps.push(Step::Commit(number)),
        }
        if state.left.aborts > 0 && matches!(call.progress, Progress::Answered | Progress::Written) {
            steps.push(Step::Abort(number));
        }
    }

    fn steps_of_workers(&self, state: &State, steps: &mut Vec<Step>) {
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

    /// What a follower may read behind its checkpoint, in order.
    fn readable(&self, state: &State) -> Vec<u8> {
        let xmin = state.calls.iter().map(|call| call.xid).min();
        let fenced =
            |event: &&Event| self.design != Design::PlainFence || xmin.is_none_or(|xmin| event.xid < xmin);
        let behind = state
            .log
            .iter()
            .filter(|event| event.position > state.checkpoint.1);
        let mut readable: Vec<u8> = behind.filter(fenced).map(|event| event.position).collect();
        readable.sort_unstable();
        readable
    }
}
