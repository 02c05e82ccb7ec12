//! An event as it lies in the log.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{BusinessDate, Channel, CommandId, EventId, StoreId};

/// A stream: one aggregate's events in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StreamRef {
    /// Stored aggregate type, e.g. `order`.
    pub aggregate_type: Arc<str>,
    /// The aggregate's id.
    pub aggregate_id: Arc<str>,
}

impl StreamRef {
    /// A stream by type and id.
    #[must_use]
    pub fn new(aggregate_type: impl Into<Arc<str>>, aggregate_id: impl Into<Arc<str>>) -> Self {
        Self {
            aggregate_type: aggregate_type.into(),
            aggregate_id: aggregate_id.into(),
        }
    }
}

/// `type/id`.
impl fmt::Display for StreamRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.aggregate_type, self.aggregate_id)
    }
}

/// What surrounds an event: when and where it happened in the world, who caused it, and by what.
///
/// Stored as a flat JSON object whose values are all strings, because cqrs-es reads metadata so.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// Calendar day of `occurred_at` in the store's time zone, or Asia/Shanghai where no store is involved.
    pub business_date: BusinessDate,
    /// Who did it: `api:<key name>`, `callback:wechat_pay`, `policy:<name>`, `import:<data set>`. Never personal data.
    pub actor: Arc<str>,
    /// Through which channel.
    pub channel: Option<Channel>,
    /// At which store.
    pub store_id: Option<StoreId>,
    /// Groups everything that followed from one first cause.
    pub correlation_id: Arc<str>,
    /// The event that caused it, if one did.
    pub causation_id: Option<EventId>,
    /// How many policies lie between the first cause and this event; 0 without one.
    pub depth: u8,
}

/// An event with its place in the log. `E` is the enum over all events of the installation.
#[derive(Debug, Clone)]
pub struct Recorded<E> {
    /// Dense, from 1, in commit order.
    pub position: u64,
    /// The event's id.
    pub event_id: EventId,
    /// The command that caused it.
    pub command_id: Option<CommandId>,
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Stored name, `order.paid.v1`.
    pub event_type: Arc<str>,
    /// When, where, by whom.
    pub metadata: Metadata,
    /// When the log took it; never decreases with the position.
    pub recorded_at: Timestamp,
    /// What happened.
    pub fact: Fact<E>,
}

/// An event of ours, or one that another program has put into the log.
#[derive(Debug, Clone)]
pub enum Fact<E> {
    /// One of our own types.
    Own(E),
    /// A registered foreign type: its payload, as stored.
    Foreign(Arc<str>),
}

impl<E> Recorded<E> {
    /// The event, if it is one of ours.
    #[must_use]
    pub fn own(&self) -> Option<&E> {
        match &self.fact {
            Fact::Own(event) => Some(event),
            Fact::Foreign(_) => None,
        }
    }
}

/// The enum over all events of an installation: how stored text becomes a typed event again.
pub trait EventSet: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The aggregate types that are ours. An unreadable event of one of these stops a follower; it is never skipped.
    const TYPES: &'static [&'static str];

    /// Reads a stored event, old versions lifted to today's.
    ///
    /// # Errors
    /// A name that none of our aggregates has, or a payload that is not what its name promises.
    fn decode(aggregate_type: &str, event_type: &str, payload: &str) -> Result<Self, DecodeError>;
}

/// A stored event of ours that this program cannot read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer program, or by none.
    #[error("`{0}` is no event of this version; start a newer version, or ask who appended it")]
    UnknownName(String),
    /// The payload does not fit its name.
    #[error("the payload of a stored `{name}` cannot be read: {source}")]
    Payload {
        /// Stored name.
        name: String,
        /// What the reader found.
        source: serde_json::Error,
    },
}
