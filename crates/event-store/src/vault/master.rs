//! What the master key wraps: subjects' keys, and the one secret of the installation.

use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::{hmac, rand};
use sqlx::PgPool;

use super::key;
use crate::{MasterKey, StoreError};

/// Bound to the installation's secret as associated data; no subject id is that long.
pub(super) const INSTALLATION: &str = concat!(
    "guanxi installation secret, longer than any subject id may be so that neither can stand for the other: ",
    "...................................."
);

/// The master key, and the one before it while keys are being rewrapped.
pub(super) struct Masters {
    current: LessSafeKey,
    previous: Option<LessSafeKey>,
}

/// A key as it came out of its wrap.
pub(super) struct Unwrapped {
    pub bytes: [u8; 32],
    /// Whether the current master key had wrapped it.
    pub is_current: bool,
}

impl Drop for Unwrapped {
    fn drop(&mut self) {
        self.bytes.fill(0);
    }
}

impl Masters {
    pub fn new(current: &MasterKey, previous: Option<&MasterKey>) -> Result<Self, StoreError> {
        Ok(Self {
            current: key::aead(&current.0)?,
            previous: previous.map(|previous| key::aead(&previous.0)).transpose()?,
        })
    }

    pub fn wrap(&self, bound: &str, bytes: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        key::seal_with(&self.current, bound, bytes)
    }

    pub fn unwrap(&self, bound: &str, wrapped: &[u8]) -> Result<Unwrapped, StoreError> {
        let (mut plain, is_current) = match key::open_with(&self.current, bound, wrapped) {
            Ok(plain) => (plain, true),
            Err(_) => {
                let previous = self.previous.as_ref().ok_or(StoreError::WrongMasterKey)?;
                let plain = key::open_with(previous, bound, wrapped);
                (plain.map_err(|_| StoreError::WrongMasterKey)?, false)
            }
        };
        let bytes = plain.as_slice().try_into();
        plain.fill(0);
        Ok(Unwrapped {
            bytes: bytes.map_err(|_| StoreError::WrongMasterKey)?,
            is_current,
        })
    }
}

/// The keys under which identities and contents are compared. They outlive a master key: a hash that changed with it
/// would make every claim and every kept digest a stranger.
pub(super) struct Installation {
    pub lookup: hmac::Key,
    pub digest: hmac::Key,
}

impl Installation {
    /// Reads the secret, or makes it when this is the first process on an empty database.
    pub async fn open(pool: &PgPool, masters: &Masters) -> Result<Self, StoreError> {
        let secret = match read(pool).await? {
            Some(secret) => secret,
            None => {
                make(pool, masters).await?;
                read(pool).await?.ok_or(StoreError::Closed)?
            }
        };
        let secret = masters.unwrap(INSTALLATION, &secret)?;
        let root = hmac::Key::new(hmac::HMAC_SHA256, &secret.bytes);
        let derive = |purpose: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, purpose).as_ref());
        Ok(Self {
            lookup: derive(b"guanxi lookup v1"),
            digest: derive(b"guanxi digest v1"),
        })
    }
}

pub(super) async fn read(pool: &PgPool) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("select secret from log.installation")
        .fetch_optional(pool)
        .await?)
}

async fn make(pool: &PgPool, masters: &Masters) -> Result<(), StoreError> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| StoreError::Unstorable("no random bytes".to_owned()))?;
    let wrapped = masters.wrap(INSTALLATION, &secret)?;
    secret.fill(0);
    sqlx::query("insert into log.installation (secret) values ($1) on conflict do nothing")
        .bind(wrapped)
        .execute(pool)
        .await?;
    Ok(())
}
