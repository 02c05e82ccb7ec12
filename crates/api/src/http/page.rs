//! Every list is paged: at most so many rows, and a cursor for what follows.

use axum::Json;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guanxi_views::Listed;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Problem;

/// Rows of a page unless asked otherwise.
const USUAL: u32 = 100;
/// The most rows of a page.
const MOST: u32 = 1_000;

/// How a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows at the most: 1 to 1,000, 100 unless given.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of what a view has listed.
    pub(crate) fn listed(listed: Listed<T>) -> Json<Self> {
        Json(Self {
            next: listed.next.as_ref().and_then(Cursor::write),
            items: listed.items,
        })
    }
}

/// Where a page ended, as the caller carries it: opaque, base64url of JSON.
#[derive(Debug)]
pub struct Cursor;

impl Cursor {
    /// Writes a place down.
    pub fn write<K: Serialize>(key: &K) -> Option<String> {
        serde_json::to_vec(key)
            .ok()
            .map(|json| URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads a place again.
    ///
    /// # Errors
    /// Not a cursor of this list.
    pub fn read<K: DeserializeOwned>(text: Option<&str>) -> Result<Option<K>, Problem> {
        let Some(text) = text else { return Ok(None) };
        URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .map(Some)
            .ok_or_else(|| Problem::unfit("cursor is not one of this list; start without it."))
    }
}

impl PageQuery {
    /// The key behind which to read.
    ///
    /// # Errors
    /// Not a cursor of this list.
    pub fn after(&self) -> Result<Option<String>, Problem> {
        Cursor::read(self.cursor.as_deref())
    }

    /// The number of rows to read.
    ///
    /// # Errors
    /// Zero, or above 1,000.
    pub fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(USUAL) {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(Problem::invalid("limit is 1 to 1000.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        let text = Cursor::write(&("367", "2017-01-01")).unwrap();
        assert_eq!(
            Cursor::read(Some(&text)).unwrap(),
            Some(("367".to_owned(), "2017-01-01".to_owned()))
        );
        assert_eq!(Cursor::read::<u64>(Some("!")).unwrap_err().status, 422);
    }
}
