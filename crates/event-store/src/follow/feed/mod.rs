//! Views fed by topics: a writer cuts the log into runs and keeps of each what concerns a view; readers fold the runs.
//!
//! The topic is a quick way round the log, never the truth. A run says where it begins and ends in the log, with the
//! chain there; it is folded only where a view's checkpoint stands exactly at its beginning, it is of the log as it is
//! now, and it was cut for the version that the view has. Whatever else lies between a checkpoint and the end of a run
//! is read from the log. So runs may be missing, come twice, or be of a log that was restored since: rows stay right.

mod line;
mod reader;
mod receiving;
mod writer;

pub(crate) use reader::Reader;
pub use receiving::{Feed, FeedSender};
pub use writer::Fed;
