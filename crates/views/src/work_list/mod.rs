//! What the payment service has to do: close, refund, look up.
//!
//! Every instruction stands here under a number that never changes until its result is known, so that nothing is sent
//! twice and nothing is forgotten, whoever reads the list and however often. Results are reported as what they are
//! (closed, paid, refunded), not to this list.

mod instruction;
mod query;
mod view;

#[cfg(test)]
mod spec;

pub use instruction::{Instruction, InstructionKind, InstructionStatus};
pub use query::{InstructionFilter, InstructionLine, get, query};
pub use view::WorkList;
