//! A guide and a member: who serves whom, and what that has earned.
//!
//! One stream per pair, so that commission accrued by an order stays with the guide who was frozen into it, whoever
//! serves the member later.

mod commands;
mod decide;
mod events;
mod pages;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;

pub use commands::{AccrueCommission, Bind, GuideCommand, Unbind, UnbindReason};
pub use decide::{EXCLUSIVE_SCOPE, GuideRelationship};
pub use events::{Bound, CommissionAccrued, GuideEvent, Unbound};
pub use pages::DOCS;
pub use refusal::GuideRefusal;
pub use state::{Binding, GuideState};
