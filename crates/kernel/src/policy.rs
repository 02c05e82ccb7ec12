//! What a policy is: "when this has happened, ask for that", as a pure function.
//!
//! Policies are rules, so their words are here; the runner that feeds them from the log and sends their commands is
//! in `event-store`.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{BusinessDate, ClaimKey, ClaimSubject, EventSet, Metadata, Recorded, StreamRef};

/// A rule that answers events with commands. Pure: run twice on one event it wants the same, and since the id of each
/// command derives from policy, causing event, purpose and target, the second time changes nothing.
///
/// The functions take the policy itself, so that a programme (rates, thresholds) may travel in it as data; most
/// policies are a unit struct.
pub trait Policy: Send + Sync + 'static {
    /// Stored name, part of its commands' ids. Never renamed.
    const NAME: &'static str;
    /// Raised when what it remembers must be computed anew. A higher version goes on where the lower one stood.
    const VERSION: u32 = 1;
    /// Where it starts when it meets a log for the first time.
    const STARTS: Start;
    /// Whether [`remember`](Self::remember) does anything; if so, a new version first reads the past, silently.
    const REMEMBERS: bool = false;
    /// All events of the installation.
    type Event: EventSet;
    /// All commands that it may give.
    type Command: Clone + Send + Sync + 'static;

    /// The claims whose holders [`react`](Self::react) wants to know; looked up for a whole batch at once. Only open
    /// keys can be asked for: no follower can open a seal.
    fn claims_needed(&self, _event: &Recorded<Self::Event>) -> Vec<ClaimKey> {
        Vec::new()
    }

    /// What shall be done about an event.
    fn react(&self, event: &Recorded<Self::Event>, facts: &Facts<'_>) -> Vec<Reaction<Self::Command>>;

    /// The key of the policy's own memory that this event concerns, if it keeps one.
    fn memory_key(&self, _event: &Recorded<Self::Event>) -> Option<String> {
        None
    }

    /// What it remembers under that key from now on. `react` sees the memory from before the event.
    fn remember(&self, _event: &Recorded<Self::Event>, memory: Option<Value>) -> Option<Value> {
        memory
    }

    /// Deadlines that this event sets or cancels.
    fn deadlines(&self, _event: &Recorded<Self::Event>, _facts: &Facts<'_>) -> Vec<DeadlineChange> {
        Vec::new()
    }

    /// What shall be done about a deadline that the clock has reached.
    fn due(&self, _deadline: &Deadline) -> Vec<Reaction<Self::Command>> {
        Vec::new()
    }
}

/// Where a policy starts that has never run on this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It answers the whole past.
    Beginning,
    /// It answers what comes after its first start, so that it cannot flood.
    Now,
    /// It answers what lies behind this position.
    After(u64),
}

/// A command that a policy asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction<C> {
    /// Why, in one word; part of the command's id, so never renamed. Two reactions to one event with the same target
    /// need different purposes.
    pub purpose: &'static str,
    /// The stream that will answer. Commands to one stream keep their order.
    pub target: StreamRef,
    /// What is asked for.
    pub command: C,
    /// When the effect happens in the world, if not with its cause (or when a deadline was due).
    pub dated: Option<(Timestamp, BusinessDate)>,
}

impl<C> Reaction<C> {
    /// A command for a stream, dated like its cause.
    pub fn new(purpose: &'static str, target: StreamRef, command: C) -> Self {
        Self {
            purpose,
            target,
            command,
            dated: None,
        }
    }

    /// The same command, dated otherwise than its cause.
    #[must_use]
    pub fn dated(self, occurred_at: Timestamp, business_date: BusinessDate) -> Self {
        Self {
            dated: Some((occurred_at, business_date)),
            ..self
        }
    }
}

/// What a policy may know besides the event.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    holders: &'a ClaimFacts,
    memory: Option<&'a Value>,
}

impl<'a> Facts<'a> {
    /// Puts together what the runner has looked up.
    #[must_use]
    pub fn new(holders: &'a ClaimFacts, memory: Option<&'a Value>) -> Self {
        Self { holders, memory }
    }

    /// Who holds this open claim, as of the look-up.
    #[must_use]
    pub fn holder(&self, scope: &str, key: &str) -> Option<&'a StreamRef> {
        self.holders.holder(scope, key)
    }

    /// What the policy remembers under the event's key.
    #[must_use]
    pub fn memory(&self) -> Option<&'a Value> {
        self.memory
    }
}

/// Who holds which claim.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClaimFacts {
    holders: HashMap<(Arc<str>, Arc<str>), StreamRef>,
}

impl ClaimFacts {
    /// Notes the holder of an open claim; sealed ones are left out.
    pub fn insert(&mut self, claim: &ClaimKey, holder: StreamRef) {
        if let ClaimSubject::Open(key) = &claim.key {
            self.holders
                .insert((claim.scope.into(), key.as_str().into()), holder);
        }
    }

    /// Who holds this claim.
    #[must_use]
    pub fn holder(&self, scope: &str, key: &str) -> Option<&StreamRef> {
        self.holders.get(&(scope.into(), key.into()))
    }
}

/// A change to the deadlines of a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum DeadlineChange {
    /// Something must happen at `due_at`; replaces an earlier deadline of the same key.
    Set {
        /// Unique within the policy.
        key: String,
        /// When.
        due_at: Timestamp,
        /// What [`Policy::due`] will need. Never personal data.
        payload: Value,
    },
    /// It need not happen any more; a key without a deadline is no error.
    Cancel {
        /// The deadline's key.
        key: String,
    },
}

/// A deadline as it lies in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// Unique within the policy.
    pub key: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// What the policy put in.
    pub payload: Value,
    /// The context of the event that set it.
    pub cause: Cause,
}

/// The event behind a deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Its id.
    pub event_id: crate::EventId,
    /// Its surroundings.
    pub metadata: Metadata,
}

impl Deadline {
    /// The payload as a typed value.
    ///
    /// # Errors
    /// It is not what the policy now expects.
    pub fn payload<'de, T: Deserialize<'de>>(&'de self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.payload)
    }
}

/// A list of policies that is being put together. Rules name the policies by this, and need not know what runs them.
pub trait PolicyList: Sized {
    /// All events of the installation.
    type Event: EventSet;
    /// All commands that its policies may give.
    type Command: Clone + Send + Sync + 'static;

    /// Adds one.
    #[must_use]
    fn add<P: Policy<Event = Self::Event, Command = Self::Command>>(self, policy: P) -> Self;
}
