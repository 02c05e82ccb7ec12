//! The funnel over HTTP: one member, members of a tier, days, transitions, conversion.

mod days;
mod members;
mod transitions;

pub use days::{ConversionDay, DayFilter, TierDay, conversion, days};
pub use members::{MemberTier, TierFilter, get, members};
pub use transitions::{Transition, transitions};
