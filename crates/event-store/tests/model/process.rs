//! What a process does with what was decided: it forms groups, and tells what has become of them.

use super::world::{Client, Design, Entry, Lane, Process, Stage, State, Verdict, Way, World, slot};

impl World {
    /// Which of the queue goes, which is void, and which stays.
    fn sort(&self, process: &Process) -> [Vec<Entry>; 3] {
        let stream = |entry: &Entry| self.asks[entry.ask].stream;
        let busy = |entry: &Entry| {
            let mut under_way = process.lanes.iter().flatten().flat_map(|lane| &lane.group);
            self.design != Design::GroupsThatTouch && under_way.any(|other| stream(other) == stream(entry))
        };
        let [mut goes, mut void, mut stays] = [const { Vec::new() }; 3];
        for entry in &process.queue {
            if entry.void {
                void.push(*entry);
            } else if busy(entry) || stays.iter().any(|other| stream(other) == stream(entry)) {
                stays.push(*entry);
            } else {
                goes.push(*entry);
            }
        }
        [goes, void, stays]
    }

    pub(super) fn can_take(&self, process: &Process) -> bool {
        let [goes, void, _] = self.sort(process);
        !goes.is_empty() || !void.is_empty()
    }

    pub(super) fn take(&self, state: &mut State, at: usize) {
        let process = &mut state.processes[at];
        let [group, void, stays] = self.sort(process);
        process.queue = stays;
        if !group.is_empty()
            && let Some(lane) = process.lanes.iter_mut().find(|lane| lane.is_none())
        {
            *lane = Some(Lane {
                group,
                stage: Stage::Sends,
            });
        }
        for entry in void {
            if state.waits(at, entry.ask) {
                state.set(entry.ask, Way::Looks);
            }
            self.settle(state, at, entry.ask, false);
        }
    }

    /// What has become of a group is known to the process, and to whoever still waits.
    pub(super) fn tell(&self, state: &mut State, at: usize, lane: usize) {
        let Some(Lane { group, .. }) = state.processes[at].lanes[lane].take() else {
            return;
        };
        for entry in group {
            let stream = self.asks[entry.ask].stream;
            let appended = entry.verdict == Some(Verdict::Appended);
            let process = &mut state.processes[at];
            let cached = &mut process.cache[slot(stream)];
            if appended {
                if let Some(known) = cached
                    && known.sequence == entry.base
                {
                    known.sequence += 1;
                    known.taken += self.asks[entry.ask].change;
                }
            } else {
                *cached = None;
                let behind = process
                    .queue
                    .iter_mut()
                    .filter(|other| self.asks[other.ask].stream == stream);
                behind.for_each(|other| other.void = true);
            }
            if state.waits(at, entry.ask) {
                match entry.verdict {
                    Some(Verdict::Conflict) | None => state.set(entry.ask, Way::Decides { again: true }),
                    Some(_) => state.clients[entry.ask] = Client::Appended,
                }
            }
            self.settle(state, at, entry.ask, appended);
        }
    }

    /// Who waited for the fate of a command goes on.
    fn settle(&self, state: &mut State, at: usize, ask: usize, appended: bool) {
        for client in 0..state.clients.len() {
            let Client::At {
                at: there,
                since,
                way,
            } = state.clients[client]
            else {
                continue;
            };
            if there != at {
                continue;
            }
            match way {
                Way::Twin if client == ask => state.set(client, Way::Looks),
                Way::Behind {
                    ask: before,
                    sequence,
                    next,
                } if before == ask => {
                    let way = if appended {
                        Way::Checks { sequence, next }
                    } else {
                        Way::Looks
                    };
                    state.set(client, way);
                }
                Way::Behind {
                    ask: before,
                    sequence,
                    next: Some((next, None)),
                } if next == ask => {
                    let next = Some((next, Some(appended)));
                    state.set(
                        client,
                        Way::Behind {
                            ask: before,
                            sequence,
                            next,
                        },
                    );
                }
                Way::Checks {
                    sequence,
                    next: Some((next, None)),
                } if next == ask => {
                    let next = Some((next, Some(appended)));
                    state.set(client, Way::Checks { sequence, next });
                }
                Way::Doubts { next } if next == ask && appended => self.refuse(state, client, since),
                Way::Doubts { next } if next == ask => state.set(client, Way::Decides { again: true }),
                Way::Holds { ask: before } if before == ask => {
                    state.set(client, Way::Decides { again: true })
                }
                _ => {}
            }
        }
    }
}

impl Process {
    /// Commands whose fate is open, in the order of their decisions.
    pub(super) fn on_their_way(&self) -> impl Iterator<Item = &Entry> {
        let lanes = self.lanes.iter().flatten().flat_map(|lane| &lane.group);
        lanes.chain(&self.queue).filter(|entry| !entry.void)
    }
}
