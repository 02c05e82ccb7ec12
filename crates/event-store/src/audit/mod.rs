//! Proof that nothing in the log was changed, dropped or slipped in.

pub mod hash;
