//! What is around the encrypted text: XML, or JSON where an app is set to it.

use serde::Deserialize;

use super::xml::{Fields, XmlError};

/// The body is no message.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Bytes that are no text.
    #[error("not UTF-8")]
    Utf8(#[from] std::str::Utf8Error),
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Not JSON, or without the encrypted text.
    #[error("not a message: {0}")]
    Json(#[from] serde_json::Error),
    /// Nothing encrypted in it.
    #[error("the element Encrypt is missing")]
    Missing,
}

#[derive(Deserialize)]
struct JsonEnvelope {
    encrypt: String,
}

/// The encrypted text of a raw body. The rest of the envelope is not signed and therefore not read.
///
/// # Errors
/// Not a message.
pub fn encrypted(body: &[u8]) -> Result<String, EnvelopeError> {
    let text = std::str::from_utf8(body)?;
    if text.trim_start().starts_with('{') {
        return Ok(serde_json::from_str::<JsonEnvelope>(text)?.encrypt);
    }
    let fields = Fields::read(text)?;
    fields
        .get("Encrypt")
        .map(str::to_owned)
        .ok_or(EnvelopeError::Missing)
}
