//! What a world is made of: which sentences hold in it, what is asked, and what goes wrong.

/// Which of the sentences hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// All of them.
    AsBuilt,
    /// Positions come from a sequence, nobody holds the head; followers read whatever is behind their checkpoint.
    NoLock,
    /// The same, and followers read only what is older than every open transaction (`xid < xmin`).
    PlainFence,
    /// What fits is appended by the transaction that looked and has the head: its answers go in behind the head.
    LooksWithTheHead,
    /// Answers are not unique, and nobody waits for one that is going in.
    AnswersTwice,
    /// A second group takes what the first one has under way.
    GroupsThatTouch,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Trouble {
    /// Processes that die, writing or following.
    pub deaths: u8,
    /// Connections that break under a call, and clients that stop waiting.
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
    /// Whether anybody follows.
    pub followed: bool,
}
