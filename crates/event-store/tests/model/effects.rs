//! What becomes of a step.

use super::world::{Cached, Client, Decided, Design, Event, Phase, State, Verdict, World, slot};

impl World {
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
    pub(super) fn decide(&self, state: &mut State, at: usize) {
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

    pub(super) fn open(&self, state: &mut State, at: usize) {
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

    pub(super) fn examine(&self, state: &mut State, at: usize) {
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

    pub(super) fn commit(&self, state: &mut State, at: usize) {
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

    pub(super) fn answer(&self, state: &mut State, at: usize) {
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
}

pub(super) fn send(state: &mut State, client: usize, to: usize) {
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
pub(super) fn give_up(state: &mut State, at: usize) {
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
pub(super) fn save(state: &mut State, at: usize) {
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
