//! The JSON around the encrypted part. Unknown fields and any order of fields are fine.

use guanxi_kernel::id;
use serde::{Deserialize, Serialize};

use super::resource::Resource;

/// A notice as it is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The notification's id, a UUID in practice. A cheap filter, not the authority on duplicates.
    pub id: String,
    /// When the provider made it; RFC 3339 or the compact form. Nothing of ours depends on it.
    #[serde(default)]
    pub create_time: String,
    /// The kind of event. Not sufficient for routing: ledger notices call themselves payments.
    pub event_type: String,
    /// `encrypt-resource`, spelt in various ways.
    #[serde(default)]
    pub resource_type: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What was encrypted.
    pub resource: Resource,
}

/// The body is not a notice.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON, or a field that every notice has is missing.
    #[error("not a notification: {0}")]
    Json(#[from] serde_json::Error),
    /// Bytes that are no text.
    #[error("not UTF-8")]
    Utf8(#[from] std::str::Utf8Error),
    /// An id or event type that nothing here could keep.
    #[error("{field} cannot be kept: {reason}")]
    Field {
        /// Which field.
        field: &'static str,
        /// What is wrong.
        reason: id::IdError,
    },
}

impl Envelope {
    /// Reads the raw body.
    ///
    /// # Errors
    /// Not a notice.
    pub fn read(body: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_str(std::str::from_utf8(body)?)?;
        let check =
            |field, text: &str| id::check(text).map_err(|reason| EnvelopeError::Field { field, reason });
        check("id", &envelope.id)?;
        check("event_type", &envelope.event_type)?;
        Ok(envelope)
    }
}
