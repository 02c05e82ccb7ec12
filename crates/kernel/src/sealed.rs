//! Personal data as the log may hold it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::SubjectId;

/// A value of type `T` under the key of one subject (AES-256-GCM), with a tag by which rules may compare.
///
/// Rules, states, events and snapshots carry this and never the value. Sealing and opening happen at the edges, with
/// the vault of `event-store`. When the subject's key is destroyed, the value is gone and everything computed from
/// the ciphertext (hashes, proofs) stays valid.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed<T> {
    /// Whose key it is.
    pub subject: SubjectId,
    /// Base64 (standard, padded) of the 12-byte nonce followed by ciphertext and 16-byte GCM tag.
    pub sealed: String,
    /// Hex HMAC-SHA256 of the value under the subject's key: equal values of one subject have equal tags.
    pub tag: String,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// Puts together what the vault has sealed.
    #[must_use]
    pub fn from_parts(subject: SubjectId, sealed: String, tag: String) -> Self {
        Self {
            subject,
            sealed,
            tag,
            of: PhantomData,
        }
    }

    /// Whether both hold the same value. Two subjects' values never compare equal, even where they are.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.subject == other.subject && self.tag == other.tag
    }
}

impl<T> Clone for Sealed<T> {
    fn clone(&self) -> Self {
        Self::from_parts(self.subject.clone(), self.sealed.clone(), self.tag.clone())
    }
}

impl<T> PartialEq for Sealed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.subject == other.subject && self.sealed == other.sealed && self.tag == other.tag
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({})", self.subject)
    }
}

impl<T> JsonSchema for Sealed<T> {
    fn schema_name() -> Cow<'static, str> {
        "Sealed".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "Personal data sealed under a subject's key.",
            "required": ["subject", "sealed", "tag"],
            "properties": {
                "subject": { "type": "string" }, "sealed": { "type": "string" }, "tag": { "type": "string" }
            }
        })
    }
}
