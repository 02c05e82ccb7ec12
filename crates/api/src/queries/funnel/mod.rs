//! The funnel: where members stand, how many, how they move, how many convert.

mod days;
mod members;

pub(super) use days::{__path_conversion, __path_days, __path_transitions, conversion, days, transitions};
pub(super) use members::{__path_get, __path_members, get, members};
