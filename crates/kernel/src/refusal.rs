//! A business "no".

use std::error::Error;

/// Why a command was turned down by the rules. Not a fault: the same command on the same state is refused again.
pub trait Refusal: Error + Clone + PartialEq + Send + Sync + 'static {
    /// Unique and stable, `aggregate.reason`; it names the page `docs/errors/<code>.md`.
    fn code(&self) -> &'static str;
}
