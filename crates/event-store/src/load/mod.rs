//! Reading streams for deciding: look-ups that wait together go together.
//!
//! A look-up asks for a stream's events after a sequence and for the answer to a command id. Events are read before
//! answers: whatever the events show of a command, its answer is then there too.

mod holders;
mod query;
mod reader;

pub(crate) use holders::Holders;
pub(crate) use query::{StoredRow, known};
pub(crate) use reader::{Found, Loader, LookUp};
