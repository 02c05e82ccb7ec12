//! What spans crates, as one binary: linked once, run against a real PostgreSQL (`DATABASE_URL`).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what went wrong by panicking"
)]

mod access;
mod api;
mod backup;
mod complete_journey;
mod coupons;
mod garbage;
mod guides;
mod hot_campaign;
mod house;
mod loyalty;
mod past;
mod pressure;
mod rebuild;
mod rules;
mod served;
