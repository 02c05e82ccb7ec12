//! Time as data: what must happen later is a row, and what time it is, another.
//!
//! A policy sets and cancels deadlines with its checkpoint; one loop turns those that the clock has reached into
//! commands whose ids derive from the deadline, so that a deadline which is turned twice does one thing. During an
//! import of old dates the clock is a watermark which the importer raises after everything has caught up.

mod changes;
mod clock;
mod due;
mod set_aside;

pub use clock::{Clock, ClockError};
pub use set_aside::SetAside;

pub(crate) use changes::Changes;
pub(crate) use due::{Due, due_count};
