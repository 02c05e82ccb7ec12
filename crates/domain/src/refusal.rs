//! What every refusal says of itself, for the pages under docs/errors.

/// A refusal as its page explains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalDoc {
    /// Stable code, `aggregate.reason`.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// When the rules say so.
    pub meaning: &'static str,
    /// What the caller can do.
    pub action: &'static str,
}
