//! What spans crates, as one binary: linked once, run against a real PostgreSQL (`DATABASE_URL`).

mod api;
mod complete_journey;
mod coupons;
mod house;
