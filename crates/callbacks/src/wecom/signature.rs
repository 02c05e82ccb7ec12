//! The signature over token, timestamp, nonce and the encrypted text, and where it comes in the request.

use aws_lc_rs::{constant_time, digest};
use serde::{Deserialize, Serialize};

use crate::person::hex;

/// The query of a request, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedQuery {
    /// Lower-case hex.
    pub msg_signature: String,
    /// Unix seconds as text: the signature covers these very bytes.
    pub timestamp: String,
    /// Opaque.
    pub nonce: String,
    /// The encrypted text of an address check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echostr: Option<String>,
}

/// Why a request is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The query lacks something that the signature needs.
    #[error("{0} is missing in the query")]
    Missing(&'static str),
    /// No configured token makes this signature.
    #[error("the signature fits none of the configured tokens")]
    BadSignature,
}

impl SignedQuery {
    /// Reads a raw query. A `+` stays one: form decoders make a blank of it and break the encrypted text.
    ///
    /// # Errors
    /// Something is missing, twice there, or no text.
    pub fn read(raw: &str) -> Result<Self, VerifyError> {
        let value = |name: &'static str| {
            let mut values = raw
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| decoded(value));
            match (values.next(), values.next()) {
                (Some(Some(value)), None) => Ok(value),
                _ => Err(VerifyError::Missing(name)),
            }
        };
        Ok(Self {
            msg_signature: value("msg_signature")?,
            timestamp: value("timestamp")?,
            nonce: value("nonce")?,
            echostr: value("echostr").ok(),
        })
    }

    /// Whether the token's holder signed this text.
    #[must_use]
    pub fn is_of(&self, token: &str, encrypted: &str) -> bool {
        let expected = sign(token, &self.timestamp, &self.nonce, encrypted);
        constant_time::verify_slices_are_equal(expected.as_bytes(), self.msg_signature.as_bytes()).is_ok()
    }
}

/// Lower-case hex of SHA-1 over the four texts, sorted by bytes.
#[must_use]
pub fn sign(token: &str, timestamp: &str, nonce: &str, encrypted: &str) -> String {
    let mut parts = [token, timestamp, nonce, encrypted];
    parts.sort_unstable();
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    for part in parts {
        context.update(part.as_bytes());
    }
    hex(context.finish().as_ref())
}

/// Percent-decoded, or nothing where that is no UTF-8 or an escape is broken.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        if *first == b'%' {
            let (escape, more) = more.split_first_chunk::<2>()?;
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let byte = digit(escape[0])? * 16 + digit(escape[1])?;
            bytes.push(u8::try_from(byte).ok()?);
            rest = more;
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_stays_a_plus_whether_escaped_or_not() {
        let query =
            SignedQuery::read("msg_signature=a&timestamp=1&nonce=%E4%B8%80&echostr=x%2By+z%3d%3D").unwrap();
        assert_eq!(query.echostr.as_deref(), Some("x+y+z=="));
        assert_eq!(query.nonce, "一");
    }

    #[test]
    fn what_is_missing_twice_there_or_broken_is_refused() {
        for (raw, missing) in [
            ("", "msg_signature"),
            ("msg_signature=a&timestamp=1", "nonce"),
            ("msg_signature=a&timestamp=1&nonce=2&nonce=3", "nonce"),
            ("msg_signature=a&timestamp=%4&nonce=2", "timestamp"),
            ("msg_signature=%ff&timestamp=1&nonce=2", "msg_signature"),
        ] {
            assert_eq!(
                SignedQuery::read(raw),
                Err(VerifyError::Missing(missing)),
                "{raw}"
            );
        }
    }
}
