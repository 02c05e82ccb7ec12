//! What happened to one order, step by step, and where it stands.

mod query;
mod view;

#[cfg(test)]
mod spec;

pub use query::{TimelineFilter, TimelineLine, get, query};
pub use view::{OrderTimeline, Step, Timeline};
