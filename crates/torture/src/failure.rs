//! Why the torture itself could not go on; what it found wrong in Guanxi is a finding, not a failure.

use std::fmt::Display;

/// A sentence for whoever started it.
#[derive(Debug)]
pub struct Failure(pub String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// With what was being done.
pub fn failed(what: &str, why: impl Display) -> Failure {
    Failure(format!("{what}: {why}"))
}
