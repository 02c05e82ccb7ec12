//! All commands of an installation, without those who carry them out knowing which aggregates there are.

use crate::Decider;

/// The enum over the commands of all aggregates.
pub trait CommandSet: Send + Sync + 'static {
    /// Hands the command to whoever executes it, together with the rules that decide it.
    fn hand_to<'a, E: Executor<'a>>(&'a self, executor: E) -> E::Output;
}

/// Executes one command of any aggregate.
pub trait Executor<'a> {
    /// What comes of it.
    type Output;

    /// Executes it by the rules of `D`.
    fn execute<D: Decider>(self, command: &'a D::Command) -> Self::Output;
}
