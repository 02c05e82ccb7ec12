//! The log tested against a real PostgreSQL, with an aggregate of the tests' own.

pub(crate) mod account;
mod append;
mod audit;
mod chains;
mod claims;
mod erasures;
mod histories;
mod idempotency;
mod inbox;
mod plain;
mod rewrap;
mod sealing;
mod snapshots;
