//! What the chain owes its members in points, by day, home store and tier.
//!
//! A row per member holds the balance and all that ever flowed; the second table adds up, for each day, what changed.
//! Changes of all days up to one add up to what was owed at its end: a member who moves to another tier or store takes
//! the balance along, out of one cell and into the other, so nothing is counted twice and closed days stay closed.

mod flows;
mod query;
mod view;

#[cfg(test)]
mod spec;

pub use flows::Flows;
pub use query::{LiabilityFilter, LiabilityLine, query};
pub use view::{Liability, LiabilityCell, PointsLiability, PointsRow};

/// The tier of members who hold none above everybody's.
pub const NO_TIER: &str = "none";
