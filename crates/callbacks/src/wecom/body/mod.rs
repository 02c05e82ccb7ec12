//! What is inside a message, typed by family. What is not known is kept as it came.

mod contact;
mod head;
mod neighbours;
#[cfg(test)]
mod samples;

pub use contact::{ContactChange, ContactChangeType, DeletionSource, ExternalUserId, FailReason};
pub use head::{Body, BodyError, Message};
pub use neighbours::{AcquisitionNotice, ChatChange, ChatChangeType, ChatUpdate, TagChange};
