//! The `Wechatpay-*` headers of a notice.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::signature::VerifyError;

/// Header with the Unix seconds at which the notice was signed.
pub const TIMESTAMP: &str = "wechatpay-timestamp";
/// Header with the nonce of the signature (not that of the encryption).
pub const NONCE: &str = "wechatpay-nonce";
/// Header with the signature in base64.
pub const SIGNATURE: &str = "wechatpay-signature";
/// Header that names the key.
pub const SERIAL: &str = "wechatpay-serial";
/// Header that names the kind of signature; absent means RSA.
pub const SIGNATURE_TYPE: &str = "wechatpay-signature-type";
/// Header that the provider's support asks for.
pub const REQUEST_ID: &str = "request-id";

/// What the signature is checked with, exactly as received. Kept beside the body in the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeHeaders {
    /// Unix seconds as text: the signed message holds these very bytes.
    pub timestamp: String,
    /// Opaque.
    pub nonce: String,
    /// Base64.
    pub signature: String,
    /// Hex serial of a platform certificate, or `PUB_KEY_ID_…`.
    pub serial: String,
    /// Absent means `WECHATPAY2-SHA256-RSA2048`.
    pub signature_type: Option<String>,
    /// May be absent.
    pub request_id: Option<String>,
}

impl NoticeHeaders {
    /// Picks them from a request.
    ///
    /// # Errors
    /// One that the signature needs is missing or not text; usually a proxy dropped it.
    pub fn from_request(headers: &HeaderMap) -> Result<Self, VerifyError> {
        let optional = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let required = |name: &'static str| optional(name).ok_or(VerifyError::MissingHeader(name));
        Ok(Self {
            timestamp: required(TIMESTAMP)?,
            nonce: required(NONCE)?,
            signature: required(SIGNATURE)?,
            serial: required(SERIAL)?,
            signature_type: optional(SIGNATURE_TYPE),
            request_id: optional(REQUEST_ID),
        })
    }

    /// As header names and values, to send them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            (TIMESTAMP, self.timestamp.clone()),
            (NONCE, self.nonce.clone()),
            (SIGNATURE, self.signature.clone()),
            (SERIAL, self.serial.clone()),
        ];
        pairs.extend(self.signature_type.clone().map(|kind| (SIGNATURE_TYPE, kind)));
        pairs.extend(self.request_id.clone().map(|id| (REQUEST_ID, id)));
        pairs
    }
}
