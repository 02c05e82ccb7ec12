//! The published and the self-made vectors, and everything that must be refused.

mod configured;
mod hostile;
mod published;
mod self_made;
mod vector;

pub use vector::{API_V3_KEY, PUBLIC_KEY_ID, config, merchants, s1};
