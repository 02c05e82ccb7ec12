//! The list of erasures, kept outside the database.
//!
//! A backup is older than the erasures that came after it, and restoring it brings destroyed keys back. So what was
//! destroyed is also listed in a file, and the list is applied again whenever the log is opened. The database heals
//! the list in turn: a crash between the commit of an erasure and its line in the file is made good by the next start.

mod list;

pub use list::{ErasureList, Listed};

use std::collections::HashSet;
use std::path::Path;

use guanxi_kernel::{MemberId, SubjectId};
use serde::Serialize;
use sqlx::{PgPool, Row};

use crate::StoreError;

const PAGE: usize = 1_000;

/// What applying the list again has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reapplied {
    /// Keys that a backup had brought back, and that are destroyed again.
    pub destroyed: u64,
    /// Members whom they belong to. If their erasure is not in the restored log, erase them once more: their claims
    /// are still held.
    pub members: Vec<MemberId>,
    /// Erasures that the database knew and the list did not.
    pub listed: u64,
    /// Lines that could not be read; they were left as they are.
    pub damaged: u64,
}

/// Makes the database and the list agree: what either calls erased is erased in both.
///
/// # Errors
/// The database, or the file.
pub async fn reapply(pool: &PgPool, file: &Path) -> Result<Reapplied, StoreError> {
    let list = ErasureList::new(file);
    let (listed, damaged) = list.read().await?;
    let mut done = Reapplied {
        damaged,
        ..Reapplied::default()
    };
    let mut members: Vec<MemberId> = Vec::new();
    for page in listed.chunks(PAGE) {
        let subjects: Vec<_> = page.iter().map(|line| line.subject.as_str()).collect();
        let rows = sqlx::query("select subject, owner from log.destroy_keys($1)")
            .bind(subjects)
            .fetch_all(pool)
            .await?;
        for row in &rows {
            done.destroyed += 1;
            let subject: &str = row.try_get("subject")?;
            let owner: Option<String> = row.try_get("owner")?;
            let owner = owner.and_then(|owner| MemberId::new(owner).ok()).or_else(|| {
                let line = page.iter().find(|line| line.subject.as_str() == subject);
                line.and_then(|line| line.owner.clone())
            });
            members.extend(owner);
        }
    }
    members.sort();
    members.dedup();
    done.members = members;
    done.listed = list_missing(pool, &list, &listed).await?;
    Ok(done)
}

async fn list_missing(pool: &PgPool, list: &ErasureList, listed: &[Listed]) -> Result<u64, StoreError> {
    let known: HashSet<&str> = listed.iter().map(|line| line.subject.as_str()).collect();
    let rows = sqlx::query("select subject, owner from log.subject_keys where destroyed_at is not null")
        .fetch_all(pool)
        .await?;
    let mut missing = Vec::new();
    for row in &rows {
        let subject: String = row.try_get("subject")?;
        if !known.contains(subject.as_str()) {
            missing.push(listed_as(subject, row.try_get("owner")?)?);
        }
    }
    list.add(&missing).await?;
    Ok(missing.len() as u64)
}

/// Lists subjects whose keys were just destroyed.
pub(crate) async fn note(pool: &PgPool, file: &Path, subjects: &[SubjectId]) -> Result<(), StoreError> {
    let subjects: Vec<_> = subjects.iter().map(SubjectId::as_str).collect();
    let rows = sqlx::query(
        "select subject, owner from log.subject_keys where subject = any ($1) and destroyed_at is not null",
    )
    .bind(subjects)
    .fetch_all(pool)
    .await?;
    let lines = rows
        .iter()
        .map(|row| listed_as(row.try_get("subject")?, row.try_get("owner")?))
        .collect::<Result<Vec<_>, StoreError>>()?;
    ErasureList::new(file).add(&lines).await
}

fn listed_as(subject: String, owner: Option<String>) -> Result<Listed, StoreError> {
    let unstorable = |error: guanxi_kernel::IdError| StoreError::Unstorable(error.to_string());
    Ok(Listed {
        subject: SubjectId::new(subject).map_err(unstorable)?,
        owner: owner.map(MemberId::new).transpose().map_err(unstorable)?,
    })
}
