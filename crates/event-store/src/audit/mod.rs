//! Proof that nothing in the log was changed, dropped or slipped in.
//!
//! Every event has a hash, every batch a root over the hashes of its events, and every batch continues the chain of the
//! one before. Whoever holds a signed checkpoint holds the whole log before it to its word.

mod check;
mod checkpoint;
mod digest;
mod finding;
pub mod hash;
mod proof;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointKey, SignedCheckpoint, TrustedKey};
pub use digest::{Digest, NotADigest};
pub use finding::{BatchFault, Finding, Witness};
pub use proof::{Link, Proof, ProofError};
pub use verify::{Progress, Report, verify};
