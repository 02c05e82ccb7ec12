//! HTTP: commands in, queries out.
//!
//! This crate exists so that no rule knows of HTTP, and so that what a caller may rely on (problems, idempotency keys,
//! pages, positions) is the same everywhere. How to add a command: see [`commands`]; a query: see [`queries`].

pub mod access;
pub mod claiming;
pub mod commands;
mod document;
mod errors;
pub mod http;
pub mod queries;
mod router;
mod state;

pub use router::{openapi, router};
pub use state::{ApiState, Clock};
