//! The published and the self-made vectors, and everything that must be refused.

mod hostile;
mod published;
mod refused;
mod vector;

pub(crate) use vector::vector;
pub use vector::{Vector, apps, config};
