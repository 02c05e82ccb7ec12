//! What may happen next, and what becomes of it.

use stateright::{Model, Property};

use super::laws;
use super::world::{
    Cached, Client, Decided, Design, Event, Phase, Process, State, Verdict, Worker, World, slot,
};

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
    fn locked(&self) -> bool {
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

    /// A process' memory of a stream, read now if it has none.
    fn remembered(&self, state: &mut State, at: usize, stream: &'static str) -> Cached {
        let whole = state.stream(stream, state.log.len());
        let read = if self.design == Design::AppliedTwice {
            Cached {
                taken: whole.taken * 2,
                ..whole
            }
        } else {
            whole
        };
        *state.processes[at].cache[slot(stream)].get_or_insert(read)
    }

    /// Each command is decided on what the one before it leaves behind.
    fn decide(&self, state: &mut State, at: usize) {
        let mut group = Vec::new();
        let mut ahead: [Option<Cached>; 2] = [None, None];
        for (ask, client) in state.clients.clone().iter().enumerate() {
            if !matches!(client, Client::Waiting { at: there, .. } if *there == at) {
                continue;
            }
            let wanted = self.asks[ask];
            let known = match ahead[slot(wanted.stream)] {
                Some(known) => known,
                None => self.remembered(state, at, wanted.stream),
            };
            let refused = !wanted.allowed(known.taken);
            group.push(Decided {
                ask,
                base: known.sequence,
                refused,
                verdict: None,
            });
            ahead[slot(wanted.stream)] = Some(if refused {
                known
            } else {
                Cached {
                    sequence: known.sequence + 1,
                    taken: known.taken + wanted.change,
                }
            });
        }
        state.processes[at].phase = Phase::Decided(group);
    }

    fn open(&self, state: &mut State, at: usize) {
        let Phase::Decided(group) = state.processes[at].phase.clone() else {
            return;
        };
        if self.locked() {
            state.head = Some(at);
        }
        state.processes[at].phase = Phase::Open {
            group,
            xid: state.next_xid,
            positions: None,
        };
        state.next_xid += 1;
    }

    fn examine(&self, state: &mut State, at: usize) {
        let Phase::Open { group, xid, .. } = state.processes[at].phase.clone() else {
            return;
        };
        let (mut examined, mut positions) = (Vec::new(), Vec::new());
        let mut written = [0_u8; 2];
        for mut decided in group {
            let stream = self.asks[decided.ask].stream;
            let last = state.stream(stream, state.log.len()).sequence + written[slot(stream)];
            let known = state.log.iter().any(|event| event.ask == decided.ask);
            let verdict = match (known, decided.refused) {
                (true, _) => Verdict::Known,
                (false, true) if decided.base == last || self.design == Design::StaleRefusals => {
                    Verdict::StillRefused
                }
                (false, false) if decided.base == last => Verdict::Fits,
                _ => Verdict::Conflict,
            };
            if verdict == Verdict::Fits {
                written[slot(stream)] += 1;
                positions.push(self.position(state, positions.len()));
            }
            decided.verdict = Some(verdict);
            examined.push(decided);
        }
        state.processes[at].phase = Phase::Open {
            group: examined,
            xid,
            positions: Some(positions),
        };
    }

    /// Under the lock the next after the last; else the next of a sequence, which never goes back.
    fn position(&self, state: &mut State, taken: usize) -> u8 {
        if self.locked() {
            return u8::try_from(state.log.len() + taken + 1).unwrap();
        }
        let next = state.next_position;
        state.next_position += 1;
        next
    }

    fn commit(&self, state: &mut State, at: usize) {
        let Phase::Open {
            group,
            xid,
            positions,
        } = state.processes[at].phase.clone()
        else {
            return;
        };
        let mut positions = positions.unwrap_or_default().into_iter();
        let mut events = Vec::new();
        for decided in group
            .iter()
            .filter(|decided| decided.verdict == Some(Verdict::Fits))
        {
            let ask = self.asks[decided.ask];
            events.push(Event {
                position: positions.next().unwrap(),
                xid,
                ask: decided.ask,
                stream: ask.stream,
                sequence: decided.base + 1,
                change: ask.change,
            });
        }
        // The unique keys of (stream, sequence) and of the command hold in every design.
        let taken = |event: &Event| {
            state.log.iter().any(|other| {
                other.ask == event.ask || (other.stream, other.sequence) == (event.stream, event.sequence)
            })
        };
        if events.iter().any(taken) {
            return give_up(state, at);
        }
        state.log.extend(events);
        if state.head == Some(at) {
            state.head = None;
        }
        state.processes[at].phase = Phase::Committed(group);
    }

    fn answer(&self, state: &mut State, at: usize) {
        let Phase::Committed(group) = state.processes[at].phase.clone() else {
            return;
        };
        let now = state.log.len();
        for decided in group {
            let Client::Waiting { since, .. } = state.clients[decided.ask] else {
                continue;
            };
            let ask = self.asks[decided.ask];
            state.clients[decided.ask] = match decided.verdict {
                Some(Verdict::Fits | Verdict::Known) => Client::Appended,
                Some(Verdict::StillRefused) => Client::Refused {
                    rightly: (usize::from(since)..=now)
                        .any(|length| !ask.allowed(state.stream(ask.stream, length).taken)),
                },
                // Read again, decided again.
                Some(Verdict::Conflict) | None => Client::Waiting { at, since },
            };
            let remembered = &mut state.processes[at].cache[slot(ask.stream)];
            *remembered = match (decided.verdict, *remembered) {
                (Some(Verdict::Fits), Some(known)) if known.sequence == decided.base => Some(Cached {
                    sequence: known.sequence + 1,
                    taken: known.taken + ask.change,
                }),
                (Some(Verdict::StillRefused), known) => known,
                _ => None,
            };
        }
        state.processes[at].phase = Phase::Idle;
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

fn send(state: &mut State, client: usize, to: usize) {
    let Client::Asking { since } = state.clients[client] else {
        return;
    };
    let now = u8::try_from(state.log.len()).unwrap();
    state.clients[client] = Client::Waiting {
        at: to,
        since: since.unwrap_or(now),
    };
}

/// What was not committed is as if it had never been; clients ask again.
fn give_up(state: &mut State, at: usize) {
    state.processes[at].phase = Phase::Idle;
    state.processes[at].cache = [None, None];
    if state.head == Some(at) {
        state.head = None;
    }
    for client in &mut state.clients {
        if let Client::Waiting { at: there, since } = *client
            && there == at
        {
            *client = Client::Asking { since: Some(since) };
        }
    }
}

/// The checkpoint's number is unique: of two workers that read on the same one, the second cannot write.
fn save(state: &mut State, at: usize) {
    let Some((number, positions)) = state.workers[at].work.take() else {
        return;
    };
    if number == state.checkpoint.0
        && let Some(last) = positions.last()
    {
        state.checkpoint = (number + 1, *last);
        state.followed.extend(positions);
    }
}
