//! Clients that ask and leave, processes that die, and the follower's workers.

use super::world::{Client, Process, State, Way};

impl State {
    pub(super) fn ask(&mut self, client: usize, to: usize) {
        let Client::Asking { since } = self.clients[client] else {
            return;
        };
        let now = u8::try_from(self.log.len()).unwrap();
        self.clients[client] = Client::At {
            at: to,
            since: since.unwrap_or(now),
            way: Way::Decides { again: false },
        };
    }

    pub(super) fn set(&mut self, client: usize, to: Way) {
        if let Client::At { way, .. } = &mut self.clients[client] {
            *way = to;
        }
    }

    /// Whether a client still waits for its command at a process.
    pub(super) fn waits(&self, process: usize, client: usize) -> bool {
        matches!(self.clients[client], Client::At { at, way: Way::Waits, .. } if at == process)
    }

    /// Whether a command is under way anywhere, though nobody may wait for it any more.
    pub(super) fn on_its_way(&self, ask: usize) -> bool {
        let lanes = self
            .processes
            .iter()
            .flat_map(|process| process.lanes.iter().flatten());
        let queues = self.processes.iter().flat_map(|process| &process.queue);
        let mut entries = lanes.flat_map(|lane| &lane.group).chain(queues);
        let mut called = self.calls.iter().flat_map(|call| &call.entries);
        entries.any(|entry| entry.ask == ask && !entry.void) || called.any(|(other, _)| *other == ask)
    }

    /// The command goes on by itself.
    pub(super) fn leave(&mut self, client: usize) {
        if let Client::At { since, .. } = self.clients[client] {
            self.clients[client] = Client::Asking { since: Some(since) };
        }
    }

    /// What the process knew is gone; what the database has of it goes on.
    pub(super) fn die(&mut self, process: usize) {
        self.processes[process] = Process::default();
        for call in &mut self.calls {
            call.owner = call.owner.filter(|(at, _)| *at != process);
        }
        for client in &mut self.clients {
            if let Client::At { at, since, .. } = *client
                && at == process
            {
                *client = Client::Asking { since: Some(since) };
            }
        }
    }

    /// The checkpoint's number is unique: of two workers that read on the same one, the second cannot write.
    pub(super) fn save(&mut self, worker: usize) {
        let Some((number, positions)) = self.workers[worker].work.take() else {
            return;
        };
        if number == self.checkpoint.0
            && let Some(last) = positions.last()
        {
            self.checkpoint = (number + 1, *last);
            self.followed.extend(positions);
        }
    }
}
