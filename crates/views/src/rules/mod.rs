//! Rules that travel as data: tags and the funnel, each in a TOML file that the chain writes itself.
//!
//! A file is read into typed rules and checked once; what is wrong with it is said with the rule's name. Its version is
//! raised with every change: it is part of the view's version, so the loop builds the new answer beside the old one.

mod check;
mod error;
mod set;

pub(crate) use check::{check_id, check_listed, check_positive, check_share, check_version, check_window};
pub use error::{Fault, RulesError};
pub use set::{AnyRules, MemberRules};

/// The version of a view whose fold follows rules: a change of the program and a change of the rules both raise it.
#[must_use]
pub(crate) fn view_version(program: u32, rules: u32) -> u32 {
    program.saturating_mul(check::MOST_VERSIONS).saturating_add(rules)
}
