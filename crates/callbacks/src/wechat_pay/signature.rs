//! Who sent it: RSA signatures over the raw bytes, the key chosen by serial.
//!
//! Platform certificates and public-key ids stand side by side, since a merchant that changes from one to the other
//! is sent notices signed with either, at random, for about a week. A certificate is a container of a key here: its
//! validity and its issuer are no part of the protocol.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guanxi_kernel::Timestamp;
use x509_parser::pem::Pem;

use super::headers::NoticeHeaders;

/// The only kind of signature that is verified here.
pub const RSA_SHA256: &str = "WECHATPAY2-SHA256-RSA2048";

/// How far a notice's clock may be from ours by default. At exactly this distance it is refused.
pub const DEFAULT_TOLERANCE_SECONDS: u32 = 300;

/// Deliberately wrong signatures of real notices begin so; the same notice comes again with a good one.
const PROBE_PREFIX: &str = "WECHATPAY/SIGNTEST/";
/// A serial that begins so names a public key instead of a certificate.
const PUBLIC_KEY_ID_PREFIX: &str = "PUB_KEY_ID_";

/// Why a notice is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A header is not there. Nobody forges so badly: look for a proxy that drops it.
    #[error("header {0} is missing or not text; check whether a proxy drops it")]
    MissingHeader(&'static str),
    /// SM2 or a brand's signature.
    #[error("signature type {0:?} is not supported, only {RSA_SHA256}")]
    UnsupportedType(String),
    /// Not decimal digits.
    #[error("the timestamp is not a number of seconds")]
    UnreadableTimestamp,
    /// Too old or too new.
    #[error("signed {apart_seconds} s away from this server's clock; check its time service")]
    Stale {
        /// Distance between both clocks.
        apart_seconds: u64,
    },
    /// No key with that serial.
    #[error("no key is configured for serial {0:?}; add the new certificate or public key")]
    UnknownSerial(String),
    /// The signature is a probe of the provider's, and rightly refused.
    #[error("a signature probe")]
    Probe,
    /// It was not signed with that key, or not in this form.
    #[error("the signature does not match")]
    BadSignature,
}

/// Why a PEM text gives no key to verify with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No PEM block, or a broken one.
    #[error("not a PEM text: {0}")]
    Pem(String),
    /// Another kind of block.
    #[error("a PEM block of type {found:?}, expected {expected}")]
    Label {
        /// What it says it is.
        found: String,
        /// What was needed.
        expected: &'static str,
    },
    /// The certificate cannot be parsed.
    #[error("not an X.509 certificate: {0}")]
    Certificate(String),
    /// Not RSA, or not between 2048 and 8192 bits.
    #[error("not an RSA key of 2048 to 8192 bits")]
    Unusable,
    /// A public key needs the id under which the merchant platform shows it.
    #[error("a public-key id begins with {PUBLIC_KEY_ID_PREFIX} and digits, not {0:?}")]
    PublicKeyId(String),
}

/// Name of a key: a hex serial in upper case without leading zeros, or anything else (`PUB_KEY_ID_…`) as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial(String);

impl Serial {
    /// Normalises what a header, a configuration or a certificate says.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self(text.to_owned());
        }
        Self(text.trim_start_matches('0').to_ascii_uppercase())
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that notices are verified with, and its name.
pub struct VerifyingKey {
    serial: Serial,
    key: ParsedPublicKey,
    /// The key's bytes, to tell whether two configurations mean the same.
    der: Vec<u8>,
}

impl VerifyingKey {
    /// The key inside a platform certificate, named by the certificate's serial.
    ///
    /// # Errors
    /// Not one PEM certificate with an RSA key.
    pub fn from_certificate(pem: &str) -> Result<Self, KeyError> {
        let block = block(pem, "CERTIFICATE", &["CERTIFICATE"])?;
        let certificate = block
            .parse_x509()
            .map_err(|error| KeyError::Certificate(error.to_string()))?;
        let serial: String = certificate
            .tbs_certificate
            .raw_serial()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        Self::new(Serial::new(&serial), certificate.public_key().raw)
    }

    /// A WeChat Pay public key under its `PUB_KEY_ID_…`.
    ///
    /// # Errors
    /// Not such an id, or not a PEM public key of RSA.
    pub fn from_public_key(id: &str, pem: &str) -> Result<Self, KeyError> {
        let digits = id.trim().strip_prefix(PUBLIC_KEY_ID_PREFIX).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(KeyError::PublicKeyId(id.to_owned()));
        }
        let block = block(pem, "PUBLIC KEY", &["PUBLIC KEY", "RSA PUBLIC KEY"])?;
        Self::new(Serial::new(id), &block.contents)
    }

    fn new(serial: Serial, der: &[u8]) -> Result<Self, KeyError> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).map_err(|_| KeyError::Unusable)?;
        Ok(Self {
            serial,
            key,
            der: der.to_vec(),
        })
    }

    /// Its name in the `Wechatpay-Serial` header.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// Whether both are the same key under the same name.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.serial == other.serial && self.der == other.der
    }

    /// Checks a base64 signature of a message.
    ///
    /// # Errors
    /// Not base64, or not signed with this key.
    pub fn verify(&self, message: &[u8], signature: &str) -> Result<(), VerifyError> {
        let signature = STANDARD
            .decode(signature)
            .map_err(|_| VerifyError::BadSignature)?;
        self.key
            .verify_sig(message, &signature)
            .map_err(|_| VerifyError::BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.serial)
    }
}

/// The bytes that are signed: timestamp, nonce and body, each ended by one newline, the last too.
#[must_use]
pub fn signed_message(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"\n", nonce.as_bytes(), b"\n", body, b"\n"].concat()
}

/// Refuses a kind of signature that is not verified here.
pub(super) fn check_type(headers: &NoticeHeaders) -> Result<(), VerifyError> {
    match headers.signature_type.as_deref() {
        None | Some(RSA_SHA256) => Ok(()),
        Some(other) => Err(VerifyError::UnsupportedType(other.to_owned())),
    }
}

/// Refuses a notice signed `tolerance_seconds` or more away from `now`: replays end there.
pub(super) fn check_time(
    headers: &NoticeHeaders,
    now: Timestamp,
    tolerance_seconds: u32,
) -> Result<(), VerifyError> {
    let digits = headers.timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let signed: i64 = match headers.timestamp.parse() {
        Ok(signed) if digits => signed,
        _ => return Err(VerifyError::UnreadableTimestamp),
    };
    let apart_seconds = now.as_second().abs_diff(signed);
    if apart_seconds >= u64::from(tolerance_seconds) {
        return Err(VerifyError::Stale { apart_seconds });
    }
    Ok(())
}

/// Checks the signature with one key. A probe fails like any wrong signature; it only has a name of its own, so that
/// it is counted apart and pages nobody.
pub(super) fn check_signature(
    key: &VerifyingKey,
    headers: &NoticeHeaders,
    body: &[u8],
) -> Result<(), VerifyError> {
    let message = signed_message(&headers.timestamp, &headers.nonce, body);
    key.verify(&message, &headers.signature).map_err(|error| {
        if headers.signature.starts_with(PROBE_PREFIX) {
            VerifyError::Probe
        } else {
            error
        }
    })
}

/// The first PEM block, if it is of one of these types.
pub(super) fn block(pem: &str, expected: &'static str, labels: &[&str]) -> Result<Pem, KeyError> {
    let (_, block) =
        x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|error| KeyError::Pem(error.to_string()))?;
    if !labels.contains(&block.label.as_str()) {
        return Err(KeyError::Label {
            found: block.label,
            expected,
        });
    }
    Ok(block)
}
