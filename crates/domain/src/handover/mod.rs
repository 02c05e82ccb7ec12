//! Handing members over in numbers: one call to the provider, or all members of a guide who leaves.
//!
//! A relationship knows one member. What concerns many at once (the hundred that a call may name, a resignation) is
//! decided here, on a small stream of its own; policies carry it to the relationships.

mod decide;
mod events;
mod pages;
mod refusal;
#[cfg(test)]
mod scenarios;

pub use decide::{HandOver, Handover, HandoverCommand, HandoverState, MOST_MEMBERS, Resign};
pub use events::{GuideResigned, HandoverCalled, HandoverEvent};
pub use pages::DOCS;
pub use refusal::HandoverRefusal;
