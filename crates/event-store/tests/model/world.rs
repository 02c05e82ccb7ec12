//! What there is in the model's world.

/// Which of the sentences hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// All of them.
    AsBuilt,
    /// Positions come from a sequence, nobody holds the head; followers read whatever is behind their checkpoint.
    NoLock,
    /// The same, and followers read only what is older than every open transaction (`xid < xmin`).
    PlainFence,
    /// A refusal is said as it was decided, on whatever is cached.
    StaleRefusals,
    /// A state is read from a snapshot into which each event went twice, as cqrs-es' snapshot store has it.
    AppliedTwice,
}

/// A command: takes the only piece of a stream, or gives it back. Taking what is taken is refused, and so is giving
/// back what nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The stream.
    pub stream: &'static str,
    /// +1 or -1.
    pub change: i8,
}

impl Ask {
    pub const fn take(stream: &'static str) -> Self {
        Self { stream, change: 1 }
    }

    pub const fn give(stream: &'static str) -> Self {
        Self { stream, change: -1 }
    }

    /// The rule.
    pub fn allowed(self, taken: i8) -> bool {
        (0..=1).contains(&(taken + self.change))
    }
}

/// How much may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// Processes that die, writing or following.
    pub deaths: u8,
    /// Answers that do not reach the client.
    pub lost: u8,
    /// Transactions that the database ends.
    pub aborts: u8,
}

/// The world's constants.
#[derive(Debug, Clone)]
pub struct World {
    pub design: Design,
    pub asks: Vec<Ask>,
    pub processes: usize,
    pub trouble: Trouble,
}

/// A committed event.
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
    /// Waits at a process.
    Waiting { at: usize, since: u8 },
    /// Was told that the event is in the log.
    Appended,
    /// Was told no; whether that was right at any moment since it asked.
    Refused { rightly: bool },
}

/// A stream as a process has it in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cached {
    pub sequence: u8,
    pub taken: i8,
}

/// A command of a group, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decided {
    pub ask: usize,
    /// The stream's last sequence that it was decided on.
    pub base: u8,
    pub refused: bool,
    /// Once it was examined in the database: whether it fits.
    pub verdict: Option<Verdict>,
}

/// What the database says of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Fits,
    /// Its command is answered already: the event is there.
    Known,
    /// The stream has gone on.
    Conflict,
    /// Its refusal was decided on the newest state.
    StillRefused,
}

/// Where a process is with its group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Phase {
    Idle,
    /// Decided on what is cached.
    Decided(Vec<Decided>),
    /// A transaction is open; its number, and its positions once it has them.
    Open {
        group: Vec<Decided>,
        xid: u8,
        positions: Option<Vec<u8>>,
    },
    /// Committed, not answered.
    Committed(Vec<Decided>),
}

/// A process that appends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Process {
    pub phase: Phase,
    /// By stream; the model has two.
    pub cache: [Option<Cached>; 2],
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
    /// The holder of the head.
    pub head: Option<usize>,
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
}
