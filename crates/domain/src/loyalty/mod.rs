//! The loyalty programme as data: what a purchase earns, when points become usable and when they end, which tiers
//! there are and how long they hold.
//!
//! The programme exists as a value so that changing it needs no program: it is read from a file at the edge, travels in
//! the commands, and every event that follows from it names its version.

mod check;
mod programme;
#[cfg(test)]
mod scenarios;

pub use check::ProgrammeError;
pub use programme::{AfterRefund, Level, PointsTerms, Programme, TierTerms, Window};
