//! How a command is decided in a process: on what that remembers, and on what is on its way.

use super::world::{Cached, Client, Design, Entry, State, Way, World, slot};

impl World {
    /// A command goes on as far as it can.
    pub(super) fn go_on(&self, state: &mut State, client: usize) {
        let Client::At { at, since, way } = state.clients[client] else {
            return;
        };
        match way {
            Way::Decides { again } => self.decide(state, client, (at, since), again),
            Way::Looks if state.known(client) => state.clients[client] = Client::Appended,
            Way::Looks => state.set(client, Way::Decides { again: true }),
            Way::Checks { sequence, next } => self.check(state, client, since, (sequence, next)),
            Way::Waits | Way::Twin | Way::Behind { .. } | Way::Doubts { .. } | Way::Holds { .. } => {}
        }
    }

    /// Decides a command on everything in front of it.
    fn decide(&self, state: &mut State, client: usize, (at, since): (usize, u8), again: bool) {
        let ask = self.asks[client];
        let process = &state.processes[at];
        let Some(base) = process.cache[slot(ask.stream)] else {
            if state.known(client) {
                state.clients[client] = Client::Appended;
                return;
            }
            state.processes[at].cache[slot(ask.stream)] = Some(self.read(state, ask.stream));
            return self.decide(state, client, (at, since), again);
        };
        let ahead: Vec<usize> = process.on_their_way().map(|entry| entry.ask).collect();
        let ahead: Vec<usize> = ahead
            .into_iter()
            .filter(|other| self.asks[*other].stream == ask.stream)
            .collect();
        if ahead.contains(&client) {
            return state.set(client, Way::Twin);
        }
        let tip = ahead.iter().fold(base, |tip, other| Cached {
            sequence: tip.sequence + 1,
            taken: tip.taken + self.asks[*other].change,
        });
        match ahead.last() {
            _ if ask.allowed(tip.taken) => self.add(state, client, at, tip.sequence),
            Some(last) if again => state.set(client, Way::Holds { ask: *last }),
            Some(last) => {
                let (ask, sequence) = (*last, tip.sequence);
                state.set(
                    client,
                    Way::Behind {
                        ask,
                        sequence,
                        next: None,
                    },
                );
            }
            None if self.design == Design::StaleRefusals => self.refuse(state, client, since),
            None if again => self.decide_on_the_last(state, client, (at, since)),
            None => self.check(state, client, since, (tip.sequence, None)),
        }
    }

    /// Reads the stream, and decides once more.
    fn decide_on_the_last(&self, state: &mut State, client: usize, (at, since): (usize, u8)) {
        let ask = self.asks[client];
        let last = self.read(state, ask.stream);
        if state.known(client) {
            state.clients[client] = Client::Appended;
            return;
        }
        state.processes[at].cache[slot(ask.stream)] = Some(last);
        if ask.allowed(last.taken) {
            self.add(state, client, at, last.sequence);
        } else {
            self.refuse(state, client, since);
        }
    }

    fn read(&self, state: &State, stream: &str) -> Cached {
        let whole = state.stream(stream, state.log.len());
        let taken = if self.design == Design::AppliedTwice {
            whole.taken * 2
        } else {
            whole.taken
        };
        Cached { taken, ..whole }
    }

    /// Puts a command into the queue. Who was refused on the same state before learns who went on from it.
    fn add(&self, state: &mut State, client: usize, at: usize, base: u8) {
        let (ask, void, verdict) = (client, false, None);
        state.processes[at].queue.push(Entry {
            ask,
            base,
            void,
            verdict,
        });
        state.set(client, Way::Waits);
        let stream = self.asks[client].stream;
        for (other, asks) in state.clients.iter_mut().zip(&self.asks) {
            if let Client::At {
                at: there,
                way: Way::Behind { sequence, next, .. },
                ..
            } = other
                && (*there, asks.stream, *sequence) == (at, stream, base)
            {
                next.get_or_insert((client, None));
            }
        }
    }

    /// A "no" is said only if what it was decided on is the last that there is, or if somebody who was decided on the same
    /// state later is in the log.
    fn check(
        &self,
        state: &mut State,
        client: usize,
        since: u8,
        (sequence, next): (u8, Option<(usize, Option<bool>)>),
    ) {
        let stream = self.asks[client].stream;
        if state.known(client) {
            state.clients[client] = Client::Appended;
            return;
        }
        match next {
            _ if state.stream(stream, state.log.len()).sequence <= sequence => {
                self.refuse(state, client, since)
            }
            Some((_, Some(true))) => self.refuse(state, client, since),
            Some((next, None)) => state.set(client, Way::Doubts { next }),
            _ => state.set(client, Way::Decides { again: true }),
        }
    }

    pub(super) fn refuse(&self, state: &mut State, client: usize, since: u8) {
        let ask = self.asks[client];
        let rightly = (usize::from(since)..=state.log.len())
            .any(|length| !ask.allowed(state.stream(ask.stream, length).taken));
        let again = state.on_its_way(client);
        state.clients[client] = Client::Refused { rightly, again };
    }
}
