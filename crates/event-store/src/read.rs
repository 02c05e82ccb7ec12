//! Reading the log in its order, whole or one stream, and asking what it knows.

use guanxi_kernel::{ClaimKey, ClaimSubject, CommandId, EventSet, Recorded, StreamRef};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::stored::Stored;
use crate::vault::Vault;
use crate::{Answer, EventStore, StoreError, load};

/// What [`Stored::of`] reads, in its order.
pub(crate) const COLUMNS: &str = "position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type, \
                       payload::text as payload, metadata::text as metadata, recorded_at";

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Position of the last event; 0 in an empty log.
    pub position: u64,
    /// Chain over all batches; zeros in an empty log.
    pub chain: [u8; 32],
}

impl EventStore {
    /// The end of the log.
    ///
    /// # Errors
    /// The database.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let row = sqlx::query("select last, chain from log.batches order by last desc limit 1")
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else {
            return Ok(Head {
                position: 0,
                chain: [0; 32],
            });
        };
        let mut chain = [0; 32];
        let stored: Vec<u8> = row.try_get("chain")?;
        if stored.len() == chain.len() {
            chain.copy_from_slice(&stored);
        }
        Ok(Head {
            position: row.try_get::<i64, _>("last")?.unsigned_abs(),
            chain,
        })
    }

    /// Events behind a position, in order, at most `limit`.
    ///
    /// # Errors
    /// The database, or an event of ours that this program cannot read.
    pub async fn read<E: EventSet>(&self, after: u64, limit: u32) -> Result<Vec<Recorded<E>>, StoreError> {
        let mut connection = self.pool().acquire().await?;
        read_after(&mut connection, after, limit).await
    }

    /// Events of one stream behind a sequence, in order, at most `limit`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn read_stream<E: EventSet>(
        &self,
        stream: &StreamRef,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Recorded<E>>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from log.events where aggregate_type = $1 and aggregate_id = $2 and sequence > $3
             order by sequence limit $4"
        );
        let rows = sqlx::query(&sql)
            .bind(stream.aggregate_type.as_ref())
            .bind(stream.aggregate_id.as_ref())
            .bind(i64::try_from(after).unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(recorded).collect()
    }

    /// Who holds these claims now; the order is kept. A sealed key whose subject was erased has no holder.
    ///
    /// # Errors
    /// The database.
    pub async fn holders(&self, claims: &[ClaimKey]) -> Result<Vec<Option<StreamRef>>, StoreError> {
        let sealed: Vec<_> = claims
            .iter()
            .filter_map(|claim| match &claim.key {
                ClaimSubject::Sealed(sealed) => Some(sealed.subject.clone()),
                ClaimSubject::Open(_) => None,
            })
            .collect();
        let keys = self.vault().keys(&sealed).await?;
        let stored = claims.iter().map(|claim| {
            let key = match &claim.key {
                ClaimSubject::Open(key) => Some(key.clone()),
                ClaimSubject::Sealed(sealed) => Vault::open_lookup(&keys, sealed).map(|hash| hash.0),
            };
            (claim.scope, key)
        });
        self.claim_holders().of(stored.collect()).await
    }

    /// The kept answer to a command.
    ///
    /// # Errors
    /// The database.
    pub async fn outcome(&self, id: &CommandId) -> Result<Option<Answer>, StoreError> {
        let row =
            sqlx::query("select digest, outcome, code, message, first, last from log.answered(array[$1])")
                .bind(id.as_str())
                .fetch_optional(self.pool())
                .await?;
        Ok(row
            .as_ref()
            .map(load::known)
            .transpose()?
            .map(|known| known.answer))
    }
}

/// Events behind a position on a connection of the caller's, so that they can be read inside a transaction.
pub(crate) async fn read_after<E: EventSet>(
    connection: &mut PgConnection,
    after: u64,
    limit: u32,
) -> Result<Vec<Recorded<E>>, StoreError> {
    let sql = format!("select {COLUMNS} from log.events where position > $1 order by position limit $2");
    let rows = sqlx::query(&sql)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(recorded).collect()
}

/// One row of `log.events`.
pub(crate) fn recorded<E: EventSet>(row: &PgRow) -> Result<Recorded<E>, StoreError> {
    Stored::of(row)?.understood()
}
