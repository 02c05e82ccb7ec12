//! From when until when something holds that is counted over the last so many days.
//!
//! A rule like "3,000.00 within 90 days" changes its answer at two kinds of moments: when a fact comes in, and when one
//! falls out of the window at the start of a later day. Both are known as soon as the facts are, so the answer is a list
//! of spans that reaches into the future, and no clock is needed to tell when it ends.

mod moment;
mod span;
mod sweep;

pub use moment::Moment;
pub use span::{Evidence, Span};
pub(crate) use span::{gaps, intersect, lengthen};
pub(crate) use sweep::{Sums, spans};
