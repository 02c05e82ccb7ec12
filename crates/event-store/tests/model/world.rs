//! What there is in the model's world.

pub use super::design::{Ask, Design, Trouble, World};

/// A committed event, or one that is about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    pub position: u8,
    /// The number of the transaction that wrote it.
    pub xid: u8,
    /// The command.
    pub ask: usize,
    pub stream: &'static str,
    pub sequence: u8,
    pub change: i8,
}

/// What a client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// Asks, or asks again; `since` is the length of the log when it first asked.
    Asking { since: Option<u8> },
    /// Its command is at a process.
    At { at: usize, since: u8, way: Way },
    /// Was told that the event is in the log.
    Appended,
    /// Was told no: whether that was right at any moment since it asked, and whether the command was on its way once more,
    /// since its client had left and come again.
    Refused { rightly: bool, again: bool },
}

/// How a command goes through a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Is about to be decided; `again` if not for the first time.
    Decides { again: bool },
    /// Stands in the queue, or is under way.
    Waits,
    /// The same command is on its way already.
    Twin,
    /// It was turned down without having been sent: somebody may have sent it before.
    Looks,
    /// Refused on what `ask` leaves behind, which is on its way. `next` went on from there later, and its fate.
    Behind {
        ask: usize,
        sequence: u8,
        next: Option<(usize, Option<bool>)>,
    },
    /// What it was refused on is in the log: is it still the last?
    Checks {
        sequence: u8,
        next: Option<(usize, Option<bool>)>,
    },
    /// It is not the last; that stands if this one, decided later on the same state, is in the log.
    Doubts { next: usize },
    /// Refused again, on what `ask` leaves behind; nobody else decides on the stream meanwhile.
    Holds { ask: usize },
}

/// A stream as a process has it in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cached {
    pub sequence: u8,
    pub taken: i8,
}

/// A command that was decided, with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    pub ask: usize,
    /// The stream's last sequence that it was decided on.
    pub base: u8,
    /// What it was decided on is not in the log: it is not sent.
    pub void: bool,
    /// What the database has said of it.
    pub verdict: Option<Verdict>,
}

/// What becomes of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Appended,
    /// Its command is answered already: the event is there.
    Known,
    /// The stream has gone on.
    Conflict,
}

/// Where a process is with a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The call that appends is about to be sent.
    Sends,
    /// The database has it.
    Called,
    /// Somebody was faster: it is about to look who.
    Looks,
    /// Committed; the answer is on its way back.
    Done,
}

/// A group under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane {
    pub group: Vec<Entry>,
    pub stage: Stage,
}

/// A process that appends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Process {
    pub lanes: [Option<Lane>; 2],
    pub queue: Vec<Entry>,
    /// By stream; the model has two. What is known to be in the log.
    pub cache: [Option<Cached>; 2],
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// So many answers are in, in the order of the commands' ids.
    Answers(usize),
    /// All are in; next it takes the head.
    Answered,
    /// Waits for the head.
    Queues,
    /// Has the head, and its events are written.
    Written,
}

/// A call in the database. It goes on when the process that made it has died.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    /// Process and lane.
    pub owner: Option<(usize, usize)>,
    /// Commands and the sequences that they were decided on, in the order of their events.
    pub entries: Vec<(usize, u8)>,
    pub progress: Progress,
    pub head: bool,
    pub xid: u8,
    /// Of its events, once they are written.
    pub positions: Vec<u8>,
}

/// A worker of one follower: two of them believe that it is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worker {
    /// What it has read, and on which checkpoint.
    pub work: Option<(u8, Vec<u8>)>,
}

/// Everything that changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub log: Vec<Event>,
    /// Open transactions; those that wait for the head are in the order in which they asked for it.
    pub calls: Vec<Call>,
    pub next_xid: u8,
    pub next_position: u8,
    pub clients: Vec<Client>,
    pub processes: Vec<Process>,
    pub workers: [Worker; 2],
    /// The follower's checkpoint: how often it was written, and the position.
    pub checkpoint: (u8, u8),
    /// Positions that the follower's rows contain, in the order of its commits.
    pub followed: Vec<u8>,
    pub left: Trouble,
}

/// The place of a stream in a process' cache.
pub fn slot(stream: &str) -> usize {
    usize::from(stream != "a")
}

impl State {
    /// A stream as the first `length` events of the log have it.
    pub fn stream(&self, stream: &str, length: usize) -> Cached {
        let mut cached = Cached {
            sequence: 0,
            taken: 0,
        };
        for event in self.log[..length].iter().filter(|event| event.stream == stream) {
            cached = Cached {
                sequence: cached.sequence.max(event.sequence),
                taken: cached.taken + event.change,
            };
        }
        cached
    }

    /// Whether a command is answered.
    pub fn known(&self, ask: usize) -> bool {
        self.log.iter().any(|event| event.ask == ask)
    }

    /// Whether nobody has the head.
    pub fn head_is_free(&self) -> bool {
        !self.calls.iter().any(|call| call.head)
    }
}
