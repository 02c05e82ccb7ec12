//! Money whose order is not known yet: one stream per account and attempt number.
//!
//! A notice may come before the order that it belongs to. It is answered, kept as an event of its own, seen by the
//! reconciliation, and applied when the attempt is registered.

mod decide;
mod events;
mod refusal;

#[cfg(test)]
mod scenarios;

pub use decide::{PARKED, Suspense, SuspenseCommand, SuspenseState};
pub use events::{MoneyFact, PaymentClaimed, PaymentParked, SuspenseEvent};
pub use refusal::{DOCS, SuspenseRefusal};
