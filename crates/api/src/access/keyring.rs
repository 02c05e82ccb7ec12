//! Keys in the database: made, listed, revoked, recognised.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::{constant_time, digest, rand};
use guanxi_kernel::{StoreId, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use serde::Serialize;
use sqlx::{PgPool, Row};

use super::{Caller, Scope};

/// How long a recognised key is trusted without asking the database again; a revoked one may live this long.
const TRUST: Duration = Duration::from_secs(5);
/// More keys than an installation has; above it the memory is emptied, not grown.
const MOST_REMEMBERED: usize = 10_000;

/// Callers by the SHA-256 of their token, and since when they are trusted.
type Recent = HashMap<[u8; 32], (Instant, Caller)>;

/// The keys of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    pool: PgPool,
    recent: Arc<Mutex<Recent>>,
}

/// A key at the moment it is made: the only time its secret is seen.
#[derive(Debug, Serialize)]
pub struct NewKey {
    /// Public part.
    pub id: String,
    /// What a caller sends after `Bearer `.
    pub key: String,
}

/// A key as an operator sees it.
#[derive(Debug, Clone, Serialize)]
pub struct KeyInfo {
    /// Public part.
    pub id: String,
    /// Name given by the operator.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Stores it is limited to.
    pub stores: Option<Vec<String>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it does not count any more.
    pub revoked_at: Option<Timestamp>,
}

/// Why keys cannot be handled.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Another key has that name.
    #[error("a key named `{0}` exists; choose another name, or revoke it and use a new one")]
    NameTaken(String),
    /// The operating system gives no random bytes.
    #[error("no random bytes from the operating system")]
    Random,
    /// The database.
    #[error("the keys cannot be read or written: {0}")]
    Database(#[from] sqlx::Error),
}

impl Keyring {
    /// Keys in this database.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            recent: Arc::default(),
        }
    }

    /// Makes a key.
    ///
    /// # Errors
    /// The name is taken, or the database.
    pub async fn create(
        &self,
        name: &str,
        scopes: &[Scope],
        stores: Option<&[StoreId]>,
    ) -> Result<NewKey, KeyError> {
        let mut random = [0_u8; 40];
        rand::fill(&mut random).map_err(|_| KeyError::Random)?;
        let (id, secret) = (hex::encode(&random[..8]), hex::encode(&random[8..]));
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        let stores = stores.map(|stores| stores.iter().map(ToString::to_string).collect::<Vec<_>>());
        sqlx::query("insert into access.api_keys (id, name, secret_sha256, scopes, stores) values ($1, $2, $3, $4, $5)")
            .bind(&id)
            .bind(name)
            .bind(sha256(&secret).as_slice())
            .bind(scopes)
            .bind(stores)
            .execute(&self.pool)
            .await
            .map_err(|error| match error.as_database_error() {
                Some(database) if database.is_unique_violation() => KeyError::NameTaken(name.to_owned()),
                _ => KeyError::Database(error),
            })?;
        let key = format!("gx_{id}_{secret}");
        Ok(NewKey { id, key })
    }

    /// All keys, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn list(&self) -> Result<Vec<KeyInfo>, KeyError> {
        let rows = sqlx::query(
            "select id, name, scopes, stores, created_at, revoked_at from access.api_keys order by created_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KeyInfo {
                    id: row.try_get("id")?,
                    name: row.try_get("name")?,
                    scopes: row.try_get("scopes")?,
                    stores: row.try_get("stores")?,
                    created_at: row.try_get::<SqlTimestamp, _>("created_at")?.to_jiff(),
                    revoked_at: row
                        .try_get::<Option<SqlTimestamp>, _>("revoked_at")?
                        .map(SqlTimestamp::to_jiff),
                })
            })
            .collect::<Result<_, sqlx::Error>>()
            .map_err(KeyError::from)
    }

    /// Revokes a key; false if there is none with this id. Revoking twice changes nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke(&self, id: &str, at: Timestamp) -> Result<bool, KeyError> {
        let done =
            sqlx::query("update access.api_keys set revoked_at = coalesce(revoked_at, $2) where id = $1")
                .bind(id)
                .bind(at.to_sqlx())
                .execute(&self.pool)
                .await?;
        self.forget();
        Ok(done.rows_affected() > 0)
    }

    /// The caller behind a bearer token, if the key counts now.
    ///
    /// # Errors
    /// The database.
    pub async fn recognise(&self, token: &str) -> Result<Option<Caller>, KeyError> {
        let fingerprint = sha256(token);
        if let Some(caller) = self.remembered(&fingerprint) {
            return Ok(Some(caller));
        }
        let Some((id, secret)) = token.strip_prefix("gx_").and_then(|rest| rest.split_once('_')) else {
            return Ok(None);
        };
        let row = sqlx::query(
            "select id, name, secret_sha256, scopes, stores from access.api_keys
             where id = $1 and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let stored: Vec<u8> = row.try_get("secret_sha256")?;
        if constant_time::verify_slices_are_equal(&stored, &sha256(secret)).is_err() {
            return Ok(None);
        }
        let scopes: Vec<String> = row.try_get("scopes")?;
        let stores: Option<Vec<String>> = row.try_get("stores")?;
        let caller = Caller {
            key_id: row.try_get::<String, _>("id")?.into(),
            name: row.try_get::<String, _>("name")?.into(),
            scopes: scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
            stores: stores.map(|stores| stores.iter().filter_map(|store| store.parse().ok()).collect()),
        };
        self.remember(fingerprint, caller.clone());
        Ok(Some(caller))
    }

    fn remembered(&self, fingerprint: &[u8; 32]) -> Option<Caller> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent
            .get(fingerprint)
            .filter(|(since, _)| since.elapsed() < TRUST)
            .map(|(_, caller)| caller.clone())
    }

    fn remember(&self, fingerprint: [u8; 32], caller: Caller) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= MOST_REMEMBERED {
            recent.clear();
        }
        recent.insert(fingerprint, (Instant::now(), caller));
    }

    fn forget(&self) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

fn sha256(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    out
}
