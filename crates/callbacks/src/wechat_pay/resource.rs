//! What it says: AES-256-GCM under the merchant's APIv3 key.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The only algorithm that is opened here.
pub const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// The encrypted part of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What kind of object is inside, as the provider says; a hint only, and may be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_type: Option<String>,
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// Base64 of ciphertext and tag.
    pub ciphertext: String,
    /// Bound to the ciphertext; absent means empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub associated_data: Option<String>,
    /// Twelve ASCII bytes.
    pub nonce: String,
}

/// Why a resource stays closed. After a good signature each of these is a fault of our configuration, or a form that
/// this program does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// The SM4 form, or a new one.
    #[error("algorithm {0:?} is not supported, only {ALGORITHM}")]
    Algorithm(String),
    /// Not twelve bytes.
    #[error("the nonce has {0} bytes, expected {NONCE_LEN}")]
    NonceLength(usize),
    /// Not base64, or shorter than a tag.
    #[error("the ciphertext is not base64 of at least a tag")]
    Ciphertext,
    /// The tag does not match under any key.
    #[error("none of the configured APIv3 keys opens it")]
    NoKey,
    /// What was inside is not text.
    #[error("the opened resource is not UTF-8")]
    NotText,
}

/// The text configured as APIv3 key cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an APIv3 key has exactly 32 bytes, this one has {0}; copy it from the merchant platform")]
pub struct ApiV3KeyLength(pub usize);

/// A merchant's APIv3 key: 32 ASCII bytes, used as they are.
#[derive(Clone)]
pub struct ApiV3Key([u8; 32]);

impl ApiV3Key {
    /// Takes the text as the merchant platform shows it.
    ///
    /// # Errors
    /// Not 32 bytes.
    pub fn new(text: &str) -> Result<Self, ApiV3KeyLength> {
        text.as_bytes()
            .try_into()
            .map(Self)
            .map_err(|_| ApiV3KeyLength(text.len()))
    }

    /// Opens a resource.
    ///
    /// # Errors
    /// Not our algorithm, malformed, or encrypted under another key.
    pub fn open(&self, resource: &Resource) -> Result<String, ResourceError> {
        if resource.algorithm != ALGORITHM {
            return Err(ResourceError::Algorithm(resource.algorithm.clone()));
        }
        let nonce = nonce(resource.nonce.as_bytes())?;
        let mut sealed = STANDARD
            .decode(&resource.ciphertext)
            .map_err(|_| ResourceError::Ciphertext)?;
        if sealed.len() < AES_256_GCM.tag_len() {
            return Err(ResourceError::Ciphertext);
        }
        let aad = Aad::from(resource.associated_data.as_deref().unwrap_or_default().as_bytes());
        let opened = self
            .cipher()?
            .open_in_place(nonce, aad, &mut sealed)
            .map_err(|_| ResourceError::NoKey)?;
        String::from_utf8(opened.to_vec()).map_err(|_| ResourceError::NotText)
    }

    /// Encrypts as the provider does. The nonce must never be used twice with one key.
    ///
    /// # Errors
    /// The nonce is not of twelve bytes.
    pub fn seal(
        &self,
        nonce_text: &str,
        associated_data: &str,
        plaintext: &str,
    ) -> Result<String, ResourceError> {
        let mut bytes = plaintext.as_bytes().to_vec();
        let aad = Aad::from(associated_data.as_bytes());
        self.cipher()?
            .seal_in_place_append_tag(nonce(nonce_text.as_bytes())?, aad, &mut bytes)
            .map_err(|_| ResourceError::Ciphertext)?;
        Ok(STANDARD.encode(bytes))
    }

    fn cipher(&self) -> Result<LessSafeKey, ResourceError> {
        UnboundKey::new(&AES_256_GCM, &self.0)
            .map(LessSafeKey::new)
            .map_err(|_| ResourceError::NoKey)
    }
}

/// Never the key itself: configurations are printed.
impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key(…)")
    }
}

fn nonce(bytes: &[u8]) -> Result<Nonce, ResourceError> {
    Nonce::try_assume_unique_for_key(bytes).map_err(|_| ResourceError::NonceLength(bytes.len()))
}
