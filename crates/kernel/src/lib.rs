//! The words that every rule shares, and nothing that touches the world.
//!
//! A rule is a [`Decider`]: from a state and a command it makes events or a [`Refusal`], synchronously and
//! without a clock, a random number or I/O. This crate exists so that `domain` can be written with those words
//! alone, and so that `event-store` can carry events without knowing what they mean.

// Lets the macros of this crate name their own paths from inside and outside alike.
extern crate self as guanxi_kernel;

#[macro_use]
mod events;

pub mod claim;
pub mod command_set;
pub mod date;
pub mod decider;
pub mod envelope;
pub mod id;
pub mod money;
pub mod policy;
pub mod refusal;
pub mod scenario;
pub mod sealed;

pub use claim::{ClaimChange, ClaimKey, ClaimSubject};
pub use command_set::{CommandSet, Executor};
pub use date::{BusinessDate, TimeZoneId};
pub use decider::{Decider, DomainEvent};
pub use envelope::{DecodeError, EventSet, Fact, Metadata, Recorded, StreamRef};
pub use id::{Channel, CommandId, EventId, GuideId, IdError, MemberId, OrderId, StoreId, SubjectId};
pub use jiff::Timestamp;
pub use money::{BasisPoints, Fen, MoneyError};
pub use policy::{Cause, ClaimFacts, Deadline, DeadlineChange, Facts, Policy, PolicyList, Reaction, Start};
pub use refusal::Refusal;
pub use sealed::Sealed;

#[doc(hidden)]
pub mod private {
    pub use schemars;
    pub use serde;
    pub use serde_json;
}
