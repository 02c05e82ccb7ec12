//! Writes notices as the provider would: encrypted, signed, ready to be posted at the receiver.

use std::sync::Arc;

use aws_lc_rs::rand;
use guanxi_kernel::Timestamp;

use super::envelope::Envelope;
use super::headers::NoticeHeaders;
use super::keys::{KeyFault, SigningKey};
use super::resource::{ALGORITHM, ApiV3Key, Resource, ResourceError};
use super::signature::{RSA_SHA256, signed_message};

/// A sender: a signing key under a serial, and the receiver's APIv3 key.
#[derive(Debug, Clone)]
pub struct NoticeWriter {
    key: Arc<SigningKey>,
    serial: String,
    api_v3_key: ApiV3Key,
}

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeToWrite<'a> {
    /// The notification's id.
    pub id: &'a str,
    /// When it was made.
    pub create_time: Timestamp,
    /// E.g. `TRANSACTION.SUCCESS`.
    pub event_type: &'a str,
    /// E.g. `transaction`; also bound as associated data, as the provider does.
    pub original_type: &'a str,
    /// For people.
    pub summary: &'a str,
    /// The JSON to encrypt.
    pub resource: &'a str,
}

/// A request, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNotice {
    /// The `Wechatpay-*` headers.
    pub headers: NoticeHeaders,
    /// The raw body.
    pub body: Vec<u8>,
}

/// A notice could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The library failed.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// Encryption failed.
    #[error(transparent)]
    Resource(#[from] ResourceError),
    /// The envelope is no JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl NoticeWriter {
    /// A sender who signs with `key` under `serial`.
    #[must_use]
    pub fn new(key: Arc<SigningKey>, serial: impl Into<String>, api_v3_key: ApiV3Key) -> Self {
        Self {
            key,
            serial: serial.into(),
            api_v3_key,
        }
    }

    /// Encrypts and signs. `signed_at` must be the sender's clock when it is posted; what the notice tells of may
    /// lie years back.
    ///
    /// # Errors
    /// The library failed.
    pub fn write(
        &self,
        notice: &NoticeToWrite<'_>,
        signed_at: Timestamp,
    ) -> Result<WrittenNotice, WriteError> {
        let nonce = token(12)?;
        let ciphertext = self
            .api_v3_key
            .seal(&nonce, notice.original_type, notice.resource)?;
        let envelope = Envelope {
            id: notice.id.to_owned(),
            create_time: notice.create_time.to_string(),
            event_type: notice.event_type.to_owned(),
            resource_type: "encrypt-resource".to_owned(),
            summary: Some(notice.summary.to_owned()),
            resource: Resource {
                original_type: Some(notice.original_type.to_owned()),
                algorithm: ALGORITHM.to_owned(),
                ciphertext,
                associated_data: Some(notice.original_type.to_owned()),
                nonce,
            },
        };
        self.sign(serde_json::to_vec(&envelope)?, signed_at)
    }

    /// Signs any body.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, body: Vec<u8>, signed_at: Timestamp) -> Result<WrittenNotice, WriteError> {
        let (timestamp, nonce) = (signed_at.as_second().to_string(), token(32)?);
        let signature = self.key.sign(&signed_message(&timestamp, &nonce, &body))?;
        let headers = NoticeHeaders {
            timestamp,
            nonce,
            signature,
            serial: self.serial.clone(),
            signature_type: Some(RSA_SHA256.to_owned()),
            request_id: None,
        };
        Ok(WrittenNotice { headers, body })
    }
}

/// Random letters and digits.
fn token(length: usize) -> Result<String, KeyFault> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes).map_err(|_| KeyFault("roll a random number"))?;
    Ok(bytes
        .into_iter()
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
        .collect())
}
