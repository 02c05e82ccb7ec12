//! Putting events into the log: commands that wait together commit together.
//!
//! One writer task a process takes what waits, forms a group in which no two commands touch the same thing, and sends
//! it in one call of `log.append`, which holds the head of the log. Where many wait, a second group that touches nothing
//! of the first is under way beside it. Each command is answered by itself. Commands of one
//! stream go together where each was decided on what the one before it leaves behind: a chain, which ends at the first
//! command that is turned down.

mod call;
mod chain;
mod columns;
mod group;
mod herald;
mod lane;
mod request;
mod write;
mod writer;

pub(crate) use chain::{Fate, Link, LinkEnd};
pub(crate) use herald::{CHANNEL, Herald};
pub(crate) use request::{
    AppendRequest, KnownAnswer, NetClaim, NewEvent, Recording, Verdict, sealed_subject,
};
pub(crate) use writer::Writer;
