//! Who would change, were the rules others: history replayed in memory beside the live view, touching nothing.
//!
//! A change of rules is a change for people: a message is sent, a discount ends. So before the version of a file is
//! raised, this says for whom and how many.

mod loyalty;
mod outcome;
mod run;

pub use outcome::{MemberChange, Outcome, Tally};
pub use run::{Asked, what_if};

#[cfg(test)]
mod spec;
