//! What happened to one order, step by step, and where it stands: the page that is opened when a customer calls.
//!
//! Everything that names the order is a step, whichever stream it lies on: its own facts, its coupons, parked money, the
//! guide's commission.

mod query;
mod steps;
mod view;

#[cfg(test)]
mod spec;

pub use query::{TimelineFilter, TimelineLine, get, query};
pub use view::{OrderTimeline, Step, Timeline};
