//! A command's way: load, decide, append; decide again when the state was old.
//!
//! Commands of one stream are decided one after the other, each on what the one before it leaves behind, and do not wait
//! until that is in the log: they go there together. If one is turned down, those decided on it are decided again. What
//! appends nothing is never answered from memory: the database is asked first.

mod cache;
mod command;
mod conclude;
mod event;
mod held;
mod refresh;
mod request;
mod turns;

pub(crate) use cache::{Cached, States};
pub(crate) use turns::Turns;
