//! One subject's key: sealing, opening, tags.

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use guanxi_kernel::{Sealed, SubjectId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{NewKey, StoreError};

const NONCE: usize = 12;

/// A seal that does not open: erased, another key, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed data cannot be opened; its subject may have been erased")]
pub struct Unreadable;

/// A subject's key, opened. Cheap to clone.
#[derive(Clone)]
pub struct SubjectKey {
    subject: SubjectId,
    aead: Arc<LessSafeKey>,
    tag: Arc<hmac::Key>,
}

/// A subject met for the first time: its key, and what the append must store.
#[derive(Debug, Clone)]
pub struct NewSubject {
    /// For sealing.
    pub key: SubjectKey,
    /// For [`CommandContext::new_keys`](crate::CommandContext).
    pub stored: NewKey,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectKey({})", self.subject)
    }
}

impl SubjectKey {
    pub(super) fn from_bytes(subject: SubjectId, bytes: &[u8; 32]) -> Result<Self, StoreError> {
        let aead = aead(bytes)?;
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, bytes),
            b"guanxi subject tag v1",
        );
        let tag = hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref());
        Ok(Self {
            subject,
            aead: Arc::new(aead),
            tag: Arc::new(tag),
        })
    }

    /// Whose key it is.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Seals a value.
    ///
    /// # Errors
    /// The operating system gives no random bytes, or the value has no JSON.
    pub fn seal<T: Serialize>(&self, value: &T) -> Result<Sealed<T>, StoreError> {
        let json = serde_json::to_vec(value).map_err(|error| StoreError::Unstorable(error.to_string()))?;
        let tag = hex::encode(hmac::sign(&self.tag, &json).as_ref());
        let sealed = self.seal_bytes(&json)?;
        Ok(Sealed::from_parts(
            self.subject.clone(),
            STANDARD.encode(sealed),
            tag,
        ))
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn open<T: DeserializeOwned>(&self, sealed: &Sealed<T>) -> Result<T, Unreadable> {
        let bytes = STANDARD.decode(&sealed.sealed).map_err(|_| Unreadable)?;
        serde_json::from_slice(&self.open_bytes(&bytes)?).map_err(|_| Unreadable)
    }

    /// Seals bytes: nonce, ciphertext, tag. The subject's id is bound as associated data.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn seal_bytes(&self, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal_with(&self.aead, self.subject.as_str(), plain)
    }

    /// Opens what [`seal_bytes`](Self::seal_bytes) has made.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn open_bytes(&self, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        open_with(&self.aead, self.subject.as_str(), sealed)
    }
}

pub(super) fn aead(key: &[u8; 32]) -> Result<LessSafeKey, StoreError> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| StoreError::WrongMasterKey)
}

pub(super) fn seal_with(key: &LessSafeKey, bound: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce).map_err(|_| StoreError::Unstorable("no random bytes".to_owned()))?;
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(bound.as_bytes()),
        &mut body,
    )
    .map_err(|_| StoreError::Unstorable("too long to be sealed".to_owned()))?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut body);
    Ok(sealed)
}

pub(super) fn open_with(key: &LessSafeKey, bound: &str, sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(Unreadable)?;
    let mut body = body.to_vec();
    let plain = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(bound.as_bytes()),
            &mut body,
        )
        .map_err(|_| Unreadable)?
        .len();
    body.truncate(plain);
    Ok(body)
}
