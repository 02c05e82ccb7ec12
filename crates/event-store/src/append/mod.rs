//! Putting events into the log: commands that wait together commit together.
//!
//! One writer task a process takes what waits, forms a group in which no two commands touch the same thing, and sends
//! it in one call of `log.append`, which holds the head of the log. Each command is answered by itself.

mod call;
mod group;
mod request;
mod writer;

pub(crate) use request::{
    AppendRequest, KnownAnswer, NetClaim, NewEvent, Recording, Verdict, sealed_subject,
};
pub(crate) use writer::Writer;
