//! Keys that at most one stream holds: how rules reach across streams without a transaction over both.

use serde::{Deserialize, Serialize};

use crate::Sealed;

/// One change to the claims that an event makes when it is appended.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimChange {
    /// The stream takes the key. If another stream holds it, the whole command is turned down.
    Take(ClaimKey),
    /// The stream gives the key back; a key it does not hold is no error.
    Release(ClaimKey),
    /// The stream gives back all it holds in scopes that begin with this prefix (an erased member's identities).
    ReleaseAll {
        /// Prefix of the scopes, e.g. `member.identity`.
        scope_prefix: &'static str,
    },
}

/// What is claimed: a key that is unique within its scope.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimKey {
    /// What kind of key it is, `aggregate.what`, e.g. `order.transaction`. A key taken by somebody else is refused
    /// with the code `<scope>_taken`.
    pub scope: &'static str,
    /// The key itself.
    pub key: ClaimSubject,
}

/// The key in the open, or inside a seal when it is derived from personal data.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimSubject {
    /// Not personal: stored as it is, at most 256 bytes.
    Open(String),
    /// A look-up hash that the log may only hold sealed. If the seal cannot be opened (erased), nothing is claimed.
    Sealed(Sealed<LookupHash>),
}

/// Keyed hash (HMAC-SHA256, hex) of an identity, equal for equal identities in one installation.
///
/// It exists in the `claims` table and inside seals only: a phone number has eleven digits, so a hash of it in the
/// log would be no secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LookupHash(pub String);

impl ClaimKey {
    /// A key that is not personal.
    #[must_use]
    pub fn open(scope: &'static str, key: impl Into<String>) -> Self {
        Self {
            scope,
            key: ClaimSubject::Open(key.into()),
        }
    }

    /// A key derived from personal data.
    #[must_use]
    pub fn sealed(scope: &'static str, key: Sealed<LookupHash>) -> Self {
        Self {
            scope,
            key: ClaimSubject::Sealed(key),
        }
    }
}
