//! How lists are read: in the order of their keys, from behind a key, at most so many.

use serde::Serialize;

/// A part of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Key of the last row, if there may be more behind it.
    pub next: Option<String>,
}

/// A question that the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// It cannot be reached, or refuses.
    #[error("the view cannot be read: {0}")]
    Database(#[from] sqlx::Error),
    /// A row is not what this version writes.
    #[error("a row of the view cannot be read: {0}; rebuild the view")]
    Row(#[from] serde_json::Error),
}

impl<T> Listed<T> {
    /// Rows with their keys; one more than `limit` was asked for.
    pub(crate) fn cut(mut rows: Vec<(String, T)>, limit: u32) -> Self {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = if more {
            rows.last().map(|(key, _)| key.clone())
        } else {
            None
        };
        Self {
            items: rows.into_iter().map(|(_, row)| row).collect(),
            next,
        }
    }
}
