//! Proof, for somebody who has only a checkpoint, that one event is in the log.

use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Row};

use super::check::{BatchRow, root};
use super::hash::chain;
use super::verify::{HASHED, batch, canonical, signed};
use super::{Checkpoint, Digest};
use crate::StoreError;

/// What leads from an event's hash to the chain at a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The event's position.
    pub position: u64,
    /// The event's hash.
    pub event: Digest,
    /// Hashes of all events of its batch, in order, its own among them.
    pub hashes: Vec<Digest>,
    /// The chain before the batch.
    pub before: Digest,
    /// Its batch, and then those that follow up to the end of the proof.
    pub batches: Vec<Link>,
}

/// One batch in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its last position.
    pub last: u64,
    /// How many events it has.
    pub n: u32,
    /// When it was recorded, in microseconds since 1970.
    pub recorded_at_us: i64,
    /// SHA-256 over the hashes of its events.
    pub root: Digest,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The proof speaks of another event.
    #[error("the proof is of another event")]
    OtherEvent,
    /// The hashes do not give the root of the batch, or the event is not where it should be among them.
    #[error("the event is not in the batch that the proof shows")]
    NotInBatch,
    /// The batches do not lead to the checkpoint.
    #[error("the batches of the proof do not lead to the checkpoint")]
    OtherChain,
}

impl Proof {
    /// Makes the proof of one event up to a batch's end, for instance a checkpoint's position. Nothing if there is no
    /// such event, or no batch that ends there.
    ///
    /// # Errors
    /// The database.
    pub async fn of(pool: &PgPool, position: u64, up_to: u64) -> Result<Option<Self>, StoreError> {
        let batches = sqlx::query(
            "select last, n, root, chain, recorded_at
               from log.batches where last >= $1 and last <= $2 order by last",
        )
        .bind(signed(position))
        .bind(signed(up_to))
        .fetch_all(pool)
        .await?;
        let batches = batches.iter().map(batch).collect::<Result<Vec<_>, _>>()?;
        let (Some(own), Some(end)) = (batches.first(), batches.last()) else {
            return Ok(None);
        };
        let first = own.last + 1 - u64::from(own.n.unsigned_abs());
        if position < first || end.last != up_to {
            return Ok(None);
        }
        let rows =
            sqlx::query("select hash from log.events where position between $1 and $2 order by position")
                .bind(signed(first))
                .bind(signed(own.last))
                .fetch_all(pool)
                .await?;
        let hashes = rows
            .iter()
            .map(|row| digest(position, row.try_get("hash")?))
            .collect::<Result<Vec<_>, _>>()?;
        let before: Option<Vec<u8>> = sqlx::query_scalar("select chain from log.batches where last = $1")
            .bind(signed(first - 1))
            .fetch_optional(pool)
            .await?;
        let event = sqlx::query(&format!("select {HASHED} from log.events where position = $1"))
            .bind(signed(position))
            .fetch_optional(pool)
            .await?;
        let Some(event) = event else { return Ok(None) };
        Ok(Some(Self {
            position,
            event: Digest(canonical(&event)?.hash()),
            hashes,
            before: before.map_or(Ok(Digest([0; 32])), |bytes| digest(first, bytes))?,
            batches: batches.into_iter().map(link).collect::<Result<_, _>>()?,
        }))
    }

    /// Whether the proof leads from this hash, which the caller has computed from the event, to the checkpoint.
    ///
    /// # Errors
    /// It does not.
    pub fn check(&self, event: Digest, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        if self.event != event {
            return Err(ProofError::OtherEvent);
        }
        let own = self.batches.first().ok_or(ProofError::NotInBatch)?;
        let place = (self.position + self.hashes.len() as u64)
            .checked_sub(own.last + 1)
            .and_then(|place| usize::try_from(place).ok());
        if place.and_then(|place| self.hashes.get(place)) != Some(&event)
            || self.hashes.len() as u64 != u64::from(own.n)
            || root(self.hashes.iter().map(|hash| &hash.0)) != own.root.0
        {
            return Err(ProofError::NotInBatch);
        }
        let mut at = self.before.0;
        for link in &self.batches {
            let n = i32::try_from(link.n).map_err(|_| ProofError::OtherChain)?;
            at = chain(&at, signed(link.last), n, link.recorded_at_us, &link.root.0);
        }
        let end = self.batches.last().map(|link| link.last);
        if end == Some(checkpoint.position) && at == checkpoint.chain.0 {
            Ok(())
        } else {
            Err(ProofError::OtherChain)
        }
    }
}

fn link(batch: BatchRow) -> Result<Link, StoreError> {
    Ok(Link {
        last: batch.last,
        n: batch.n.unsigned_abs(),
        recorded_at_us: batch.recorded_at_us,
        root: digest(batch.last, batch.root)?,
    })
}

fn digest(position: u64, bytes: Vec<u8>) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::Unreadable {
        position,
        message: "a stored hash has no 32 bytes; run the audit".to_owned(),
    })
}
