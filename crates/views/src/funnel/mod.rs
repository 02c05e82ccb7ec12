//! How far each member has risen: walk-in, ordinary, super; and how many rose, when, where.
//!
//! A member's path is computed from their facts each time one comes in, down to the single event, so whoever joins and
//! buys on one day is counted at each step. A tier that a window will end is left in advance, on a day to come: cells
//! of days behind the last event say what will be if nothing happens.
//!
//! The second table holds *changes* per store, channel and day. How many are in a tier at the start of a day is the sum
//! of all changes up to it; so is how many of them convert.

mod cells;
mod path;
mod query;
mod reporting;
mod rules;
mod view;

#[cfg(test)]
mod spec;

pub use cells::{Cell, NoCell, Total};
pub use path::Step;
pub use query::{
    ConversionDay, DayFilter, MemberTier, TierDay, TierFilter, Transition, conversion, days, get, members,
    transitions,
};
pub use rules::{FunnelRules, TierRule};
pub use view::{Funnel, FunnelRow};
