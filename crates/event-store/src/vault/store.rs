//! Where keys lie: wrapped by the master key in `log.subject_keys`, opened ones in a small memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::{hmac, rand};
use guanxi_kernel::claim::LookupHash;
use guanxi_kernel::{MemberId, Sealed, SubjectId};
use quick_cache::sync::Cache;
use sqlx::{PgPool, Row};

use super::adoption::Adoptions;
use super::key::{NewSubject, SubjectKey};
use super::master::{Installation, Masters};
use crate::{MasterKey, NewKey, StoreError};

/// How long an opened key is trusted: an erasure by another process is obeyed after this at the latest, also where a
/// notification would have been lost with its connection. Erasures by this process are obeyed at once.
const TRUST: Duration = Duration::from_secs(2);
const REMEMBERED: usize = 20_000;

/// The keys of an installation.
pub struct Vault {
    pool: PgPool,
    masters: Masters,
    installation: Installation,
    opened: Cache<SubjectId, (Instant, SubjectKey)>,
    adoptions: Adoptions,
}

/// Opened keys, by subject. A subject that is missing was erased, or never existed.
#[derive(Debug, Default)]
pub struct Keys {
    keys: HashMap<SubjectId, SubjectKey>,
}

impl Keys {
    /// The key of a subject.
    #[must_use]
    pub fn get(&self, subject: &SubjectId) -> Option<&SubjectKey> {
        self.keys.get(subject)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    pub(crate) async fn open(
        pool: PgPool,
        master: &MasterKey,
        previous: Option<&MasterKey>,
    ) -> Result<Arc<Self>, StoreError> {
        let masters = Masters::new(master, previous)?;
        Ok(Arc::new(Self {
            installation: Installation::open(&pool, &masters).await?,
            adoptions: Adoptions::start(pool.clone()),
            pool,
            masters,
            opened: Cache::new(REMEMBERED),
        }))
    }

    pub(crate) fn digest_key(&self) -> &hmac::Key {
        &self.installation.digest
    }

    /// Makes the key of a new subject; it counts once the append that carries it is done.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn new_subject(&self, subject: SubjectId) -> Result<NewSubject, StoreError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| StoreError::Unstorable("no random bytes".to_owned()))?;
        let wrapped = self.masters.wrap(subject.as_str(), &bytes)?;
        let opened = SubjectKey::from_bytes(subject.clone(), &bytes)?;
        bytes.fill(0);
        Ok(NewSubject {
            key: opened,
            stored: NewKey { subject, wrapped },
        })
    }

    /// The keys of these subjects, those that there still are.
    ///
    /// # Errors
    /// The database, or a master key that does not fit.
    pub async fn keys(&self, subjects: &[SubjectId]) -> Result<Keys, StoreError> {
        let mut keys = Keys::default();
        let mut asked = Vec::new();
        for subject in subjects {
            match self.opened.get(subject) {
                Some((since, opened)) if since.elapsed() < TRUST => {
                    keys.keys.insert(subject.clone(), opened);
                }
                _ => asked.push(subject.as_str().to_owned()),
            }
        }
        if asked.is_empty() {
            return Ok(keys);
        }
        let rows = sqlx::query(
            "select subject, wrapped from log.subject_keys where subject = any ($1) and wrapped is not null",
        )
        .bind(&asked)
        .fetch_all(&self.pool)
        .await?;
        for row in rows {
            let subject = SubjectId::new(row.try_get::<String, _>("subject")?)
                .map_err(|error| StoreError::Unstorable(error.to_string()))?;
            let opened = self.unwrap(subject.clone(), &row.try_get::<Vec<u8>, _>("wrapped")?)?;
            self.opened
                .insert(subject.clone(), (Instant::now(), opened.clone()));
            keys.keys.insert(subject, opened);
        }
        Ok(keys)
    }

    /// As [`keys`](Self::keys), with keys that no append has stored yet.
    pub(crate) async fn keys_with(&self, subjects: &[SubjectId], new: &[NewKey]) -> Result<Keys, StoreError> {
        let stored: Vec<_> = subjects
            .iter()
            .filter(|subject| new.iter().all(|key| key.subject != **subject))
            .cloned()
            .collect();
        let mut keys = self.keys(&stored).await?;
        for NewKey { subject, wrapped } in new {
            keys.keys
                .insert(subject.clone(), self.unwrap(subject.clone(), wrapped)?);
        }
        Ok(keys)
    }

    fn unwrap(&self, subject: SubjectId, wrapped: &[u8]) -> Result<SubjectKey, StoreError> {
        let key = self.masters.unwrap(subject.as_str(), wrapped)?;
        SubjectKey::from_bytes(subject, &key.bytes)
    }

    /// Opens a sealed look-up hash; `None` if its subject was erased.
    pub(crate) fn open_lookup(keys: &Keys, sealed: &Sealed<LookupHash>) -> Option<LookupHash> {
        keys.get(&sealed.subject)?.open(sealed).ok()
    }

    /// The keyed hash of an identity, by which claims compare: equal for equal values of one kind. Surrounding blanks
    /// do not count.
    #[must_use]
    pub fn lookup_hash(&self, kind: &str, value: &str) -> LookupHash {
        let mut context = hmac::Context::with_key(&self.installation.lookup);
        context.update(kind.as_bytes());
        context.update(&[0]);
        context.update(value.trim().as_bytes());
        LookupHash(hex::encode(context.sign().as_ref()))
    }

    /// Notes that these subjects are the member's, so that erasing the member finds them.
    ///
    /// Does not wait for the disk: whatever is committed later with waiting, the command of the same notice for one,
    /// brings this to the disk before it.
    ///
    /// # Errors
    /// The database.
    pub async fn adopt(&self, subjects: &[SubjectId], owner: &MemberId) -> Result<(), StoreError> {
        self.adoptions.note(subjects, owner).await
    }

    /// All subjects that are the member's and not erased.
    ///
    /// # Errors
    /// The database.
    pub async fn subjects_of(&self, owner: &MemberId) -> Result<Vec<SubjectId>, StoreError> {
        let rows = sqlx::query(
            "select subject from log.subject_keys where owner = $1 and wrapped is not null order by subject",
        )
        .bind(owner.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                SubjectId::new(row.try_get::<String, _>("subject")?)
                    .map_err(|error| StoreError::Unstorable(error.to_string()))
            })
            .collect()
    }

    pub(crate) fn forget(&self, subjects: &[SubjectId]) {
        for subject in subjects {
            self.opened.remove(subject);
        }
    }
}
