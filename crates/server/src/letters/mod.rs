//! The role `commands`: commands of other systems, taken from a topic and answered on another.
//!
//! A letter counts as read once its answer is safe in Kafka. Whatever happens before, it comes again, and the log knows
//! the command by its id for good: it is not done twice and gets the answer that it got. What is no command is parked
//! with a reason, so that it never holds up what lies behind it.

mod answer;
mod request;
mod role;
mod work;

pub use role::Letters;
