//! Whom each guide serves or served, how handovers stand, and what that has earned: the guide's own list.

mod query;
mod reporting;
mod view;

#[cfg(test)]
mod spec;

pub use query::{GuideMemberFilter, GuideMemberLine, query};
pub use view::{GuideMember, GuideMembers, Standing};
