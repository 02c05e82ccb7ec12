//! Signed heads of the log that leave the house.

use aws_lc_rs::rand;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guanxi_kernel::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Row};

use super::Digest;
use crate::StoreError;

const FORMAT: &str = "guanxi.checkpoint.v1";

/// The head of the log at some time: all that is before it can be held to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Last position of a batch.
    pub position: u64,
    /// The chain there.
    pub chain: Digest,
    /// When that batch was recorded.
    pub recorded_at: Timestamp,
}

/// A checkpoint as a document. Nothing in it may be believed before [`SignedCheckpoint::check`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCheckpoint {
    /// `guanxi.checkpoint.v1`.
    pub format: String,
    /// Last position of a batch.
    pub position: u64,
    /// The chain there.
    pub chain: Digest,
    /// When that batch was recorded, to the microsecond.
    pub recorded_at: Timestamp,
    /// Ed25519 public key, base64: says whose signature it is, not that it is to be trusted.
    pub public_key: String,
    /// Ed25519 signature, base64, over `guanxi.checkpoint.v1`, a zero byte, position (8 bytes big-endian), chain and
    /// `recorded_at` (microseconds since 1970, 8 bytes big-endian).
    pub signature: String,
}

/// Why a document is not a checkpoint that may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Another format.
    #[error("this is no `guanxi.checkpoint.v1`; was it written by a newer version?")]
    Format,
    /// The public key is not among those that the caller trusts.
    #[error("the checkpoint was signed with a key that is not trusted; pass its public key if it should be")]
    Untrusted,
    /// The signature does not fit.
    #[error("the signature does not fit: the checkpoint was changed")]
    Signature,
    /// A key of another length, or not base64.
    #[error("an Ed25519 key has 32 bytes, written in base64")]
    Key,
}

/// The key that signs checkpoints.
pub struct CheckpointKey(Ed25519KeyPair);

/// A public key whose checkpoints are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedKey([u8; 32]);

impl std::fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckpointKey({})", self.public().to_base64())
    }
}

impl CheckpointKey {
    /// A new seed, in base64, to be kept as a secret.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn new_seed() -> Result<String, StoreError> {
        let mut seed = [0; 32];
        rand::fill(&mut seed).map_err(|_| StoreError::Unstorable("no random bytes".to_owned()))?;
        Ok(STANDARD.encode(seed))
    }

    /// The key of a seed.
    ///
    /// # Errors
    /// Not 32 bytes in base64.
    pub fn from_seed(seed: &str) -> Result<Self, CheckpointError> {
        let seed = STANDARD.decode(seed.trim()).map_err(|_| CheckpointError::Key)?;
        Ed25519KeyPair::from_seed_unchecked(&seed)
            .map(Self)
            .map_err(|_| CheckpointError::Key)
    }

    /// Its public half, for auditors.
    #[must_use]
    pub fn public(&self) -> TrustedKey {
        let mut bytes = [0; 32];
        let public = self.0.public_key().as_ref();
        if public.len() == bytes.len() {
            bytes.copy_from_slice(public);
        }
        TrustedKey(bytes)
    }

    /// Signs a checkpoint.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> SignedCheckpoint {
        SignedCheckpoint {
            format: FORMAT.to_owned(),
            position: checkpoint.position,
            chain: checkpoint.chain,
            recorded_at: checkpoint.recorded_at,
            public_key: self.public().to_base64(),
            signature: STANDARD.encode(self.0.sign(&checkpoint.signed_bytes()).as_ref()),
        }
    }
}

impl TrustedKey {
    /// Reads a public key.
    ///
    /// # Errors
    /// Not 32 bytes in base64.
    pub fn from_base64(text: &str) -> Result<Self, CheckpointError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| CheckpointError::Key)?;
        bytes.try_into().map(Self).map_err(|_| CheckpointError::Key)
    }

    /// As documents carry it.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

impl SignedCheckpoint {
    /// Believes the document if one of the trusted keys has signed it.
    ///
    /// # Errors
    /// Another format, another key, or a signature that does not fit.
    pub fn check(&self, trusted: &[TrustedKey]) -> Result<Checkpoint, CheckpointError> {
        if self.format != FORMAT {
            return Err(CheckpointError::Format);
        }
        let key = TrustedKey::from_base64(&self.public_key)?;
        if !trusted.contains(&key) {
            return Err(CheckpointError::Untrusted);
        }
        let checkpoint = Checkpoint {
            position: self.position,
            chain: self.chain,
            recorded_at: self.recorded_at,
        };
        let signature = STANDARD
            .decode(&self.signature)
            .map_err(|_| CheckpointError::Signature)?;
        UnparsedPublicKey::new(&ED25519, key.0)
            .verify(&checkpoint.signed_bytes(), &signature)
            .map_err(|_| CheckpointError::Signature)?;
        Ok(checkpoint)
    }
}

impl Checkpoint {
    /// The head of the log as it is now; nothing if the log is empty.
    ///
    /// # Errors
    /// The database.
    pub async fn of_head(pool: &PgPool) -> Result<Option<Self>, StoreError> {
        let row = sqlx::query("select last, chain, recorded_at from log.batches order by last desc limit 1")
            .fetch_optional(pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let position = row.try_get::<i64, _>("last")?.unsigned_abs();
        let chain: Vec<u8> = row.try_get("chain")?;
        let chain = chain.try_into().map_err(|_| StoreError::Unreadable {
            position,
            message: "the chain of the last batch has no 32 bytes; run the audit".to_owned(),
        })?;
        Ok(Some(Self {
            position,
            chain: Digest(chain),
            recorded_at: row.try_get::<SqlTimestamp, _>("recorded_at")?.to_jiff(),
        }))
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = FORMAT.as_bytes().to_vec();
        bytes.push(0);
        bytes.extend(self.position.to_be_bytes());
        bytes.extend(self.chain.0);
        bytes.extend(self.recorded_at.as_microsecond().to_be_bytes());
        bytes
    }
}
