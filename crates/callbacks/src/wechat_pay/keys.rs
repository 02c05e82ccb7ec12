//! Key pairs of the sender's side, for what we write ourselves: the first start's sample, imports and tests.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::signature::{KeyError, block};

/// An RSA-2048 private key that signs notices as the provider would.
pub struct SigningKey(KeyPair);

/// The machine could not make or use a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library refused to {0}")]
pub struct KeyFault(pub(super) &'static str);

impl SigningKey {
    /// Makes a new one.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate() -> Result<Self, KeyFault> {
        KeyPair::generate(KeySize::Rsa2048)
            .map(Self)
            .map_err(|_| KeyFault("make a key"))
    }

    /// Reads a PEM private key, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// Not such a key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let block = block(pem, "PRIVATE KEY", &["PRIVATE KEY", "RSA PRIVATE KEY"])?;
        let key = if block.label == "PRIVATE KEY" {
            KeyPair::from_pkcs8(&block.contents)
        } else {
            KeyPair::from_der(&block.contents)
        };
        key.map(Self).map_err(|_| KeyError::Unusable)
    }

    /// The private key as PKCS#8 PEM. Keep the file readable by its owner only.
    ///
    /// # Errors
    /// The library failed.
    pub fn to_pem(&self) -> Result<String, KeyFault> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| KeyFault("write the private key"))?;
        Ok(pem("PRIVATE KEY", der.as_ref()))
    }

    /// The public key as PEM, to be configured at the receiver under a `PUB_KEY_ID_…`.
    ///
    /// # Errors
    /// The library failed.
    pub fn public_pem(&self) -> Result<String, KeyFault> {
        let der: PublicKeyX509Der<'_> = self
            .0
            .public_key()
            .as_der()
            .map_err(|_| KeyFault("write the public key"))?;
        Ok(pem("PUBLIC KEY", der.as_ref()))
    }

    /// Base64 of the RSA PKCS#1 v1.5 signature with SHA-256.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, message: &[u8]) -> Result<String, KeyFault> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyFault("sign"))?;
        Ok(STANDARD.encode(signature))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// Text armour with lines of 64 characters.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let encoded = STANDARD.encode(der);
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}
