//! How far a follower has come, as rows that are only ever inserted and pruned.

use std::fmt;
use std::sync::Arc;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, PgExecutor, PgPool, Postgres, Row, Transaction};

use super::FollowError;

/// Inserts the next checkpoint, as common table expressions with the parameters up to [`TAKEN`].
pub(crate) const NEXT: &str = "\
    pruned as (delete from follow.checkpoints \
      where follower = $1 and version = $2 and generation = $3 and number = $4 - $9), \
    next as (insert into follow.checkpoints \
      (follower, version, generation, number, position, chain, rows_checksum, totals_checksum, feed_offset) \
      select $1, $2, $3, $4, $5, $6, $7, $8, $10 where not exists (select from follow.checkpoints \
        where follower = $1 and version = $2 and generation = $3 and number > $4) \
      on conflict do nothing returning set_config('synchronous_commit', 'off', true), \
        case when $10::bigint is not null then set_config('idle_in_transaction_session_timeout', '5s', true) end)";
/// The last parameter of [`NEXT`].
pub(crate) const TAKEN: usize = 10;
/// Rows that are kept behind the newest one, for people who look.
const KEPT: i64 = 16;

/// Who follows: a name, the version of what it does, and the generation of a rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Stored name.
    pub name: Arc<str>,
    /// Raised when what it does means something new.
    pub version: u32,
    /// 1, and one more for each rebuild of the same version.
    pub generation: u32,
}

impl Identity {
    /// The first generation of a version.
    #[must_use]
    pub fn new(name: &str, version: u32) -> Self {
        Self {
            name: name.into(),
            version,
            generation: 1,
        }
    }

    pub(crate) fn version_sql(&self) -> i32 {
        i32::try_from(self.version).unwrap_or(i32::MAX)
    }

    pub(crate) fn generation_sql(&self) -> i32 {
        i32::try_from(self.generation).unwrap_or(i32::MAX)
    }
}

/// `name v1`, with the generation where it is not the first.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.name, self.version)?;
        if self.generation > 1 {
            write!(f, " g{}", self.generation)
        } else {
            Ok(())
        }
    }
}

/// A place in the log and the chain there; always the end of one of the log's batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The last position that is done.
    pub position: u64,
    /// The log's chain at that position; zeros at the beginning.
    pub chain: [u8; 32],
}

/// The newest checkpoint of a follower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// Counts the commits of the follower; 0 before the first.
    pub number: u64,
    /// How far it has come.
    pub mark: Mark,
    /// Wrapping sum of the hashes of all rows, for views.
    pub rows_checksum: i64,
    /// The same over the second table.
    pub totals_checksum: i64,
    /// Where the topic goes on behind this place, for views that are fed by one.
    pub feed_offset: Option<i64>,
}

impl Checkpoint {
    /// Reads the newest checkpoint; the beginning of the log where there is none.
    ///
    /// # Errors
    /// The database did not answer, or holds what is no checkpoint.
    pub async fn load(connection: &mut PgConnection, who: &Identity) -> Result<Self, FollowError> {
        Ok(Self::find(connection, who).await?.unwrap_or_default())
    }

    /// Reads the newest checkpoint, if there is one.
    ///
    /// # Errors
    /// The database did not answer, or holds what is no checkpoint.
    pub async fn find(connection: &mut PgConnection, who: &Identity) -> Result<Option<Self>, FollowError> {
        let row = sqlx::query(
            "select number, position, chain, rows_checksum, totals_checksum, feed_offset from follow.checkpoints \
             where follower = $1 and version = $2 and generation = $3 order by number desc limit 1",
        )
        .bind(&*who.name)
        .bind(who.version_sql())
        .bind(who.generation_sql())
        .fetch_optional(connection)
        .await?;
        row.map(|row| {
            Ok(Self {
                number: row.try_get::<i64, _>(0)?.unsigned_abs(),
                mark: Mark {
                    position: row.try_get::<i64, _>(1)?.unsigned_abs(),
                    chain: chain(&row.try_get::<Vec<u8>, _>(2)?)?,
                },
                rows_checksum: row.try_get(3)?,
                totals_checksum: row.try_get(4)?,
                feed_offset: row.try_get(5)?,
            })
        })
        .transpose()
    }

    /// The checkpoint after this one, at a later (or the same) place with the same checksums.
    #[must_use]
    pub fn next(&self, mark: Mark) -> Self {
        Self {
            number: self.number + 1,
            mark,
            ..*self
        }
    }

    /// The same checkpoint at a later place, for a follower whom nothing in between concerned: it is as true as the one
    /// that is stored, and need not be stored at once.
    #[must_use]
    pub fn carried(&self, mark: Mark) -> Self {
        Self { mark, ..*self }
    }

    /// Stores a place that was only [carried](Self::carried) on, in a transaction of its own.
    pub(crate) async fn keep(&self, pool: &PgPool, who: &Identity) -> Result<Self, FollowError> {
        let next = self.next(self.mark);
        let statement = alone();
        next.insert_with(&statement, who, |statement| statement)?
            .fetch(pool)
            .await?;
        Ok(next)
    }

    /// Inserts this checkpoint. Must be the first statement of the transaction of the work: it waits for whoever is
    /// inserting the same number, and fails when that one commits. A number that was pruned long ago is free again, so
    /// whoever still holds it is told by the newer ones.
    ///
    /// Where the follower is fed, and may thus have a successor that believes it dead, PostgreSQL ends a transaction
    /// that says nothing for five seconds: a process that is frozen inside of it does not hold the successor up.
    ///
    /// The transaction need not wait for the disk: what a crash takes away, it takes together with this row.
    ///
    /// # Errors
    /// Superseded, or the database did not answer.
    pub async fn insert(
        &self,
        work: &mut Transaction<'_, Postgres>,
        who: &Identity,
    ) -> Result<(), FollowError> {
        let statement = alone();
        self.insert_with(&statement, who, |statement| statement)?
            .fetch(&mut **work)
            .await
    }

    /// The same as part of a statement that does the work too: the statement begins with [`NEXT`], whose table `next`
    /// is empty if the follower is superseded, and gives one row of `next`. Its own parameters come behind [`TAKEN`].
    ///
    /// # Errors
    /// A number is too large for the database.
    pub(crate) fn insert_with<'q>(
        &'q self,
        statement: &'q str,
        who: &'q Identity,
        bind: impl FnOnce(Statement<'q>) -> Statement<'q>,
    ) -> Result<Insert<'q>, FollowError> {
        let statement = sqlx::query(statement)
            .bind(&*who.name)
            .bind(who.version_sql())
            .bind(who.generation_sql())
            .bind(signed(self.number)?)
            .bind(signed(self.mark.position)?)
            .bind(self.mark.chain.as_slice())
            .bind(self.rows_checksum)
            .bind(self.totals_checksum)
            .bind(KEPT)
            .bind(self.feed_offset);
        Ok(Insert(bind(statement)))
    }
}

/// A statement that inserts a checkpoint, and does work if that is in.
pub(crate) struct Insert<'q>(Statement<'q>);

pub(crate) type Statement<'q> = Query<'q, Postgres, PgArguments>;

impl Insert<'_> {
    /// Carries it out.
    pub(crate) async fn fetch(self, executor: impl PgExecutor<'_>) -> Result<(), FollowError> {
        if self.0.fetch_optional(executor).await?.is_some() {
            Ok(())
        } else {
            Err(FollowError::Superseded)
        }
    }
}

/// The statement that inserts a checkpoint and does nothing else.
fn alone() -> String {
    format!("with {NEXT} select 1 from next")
}

pub(crate) fn chain(bytes: &[u8]) -> Result<[u8; 32], FollowError> {
    bytes
        .try_into()
        .map_err(|_| FollowError::Fault("a stored chain has not 32 bytes".to_owned()))
}

pub(crate) fn signed(number: u64) -> Result<i64, FollowError> {
    i64::try_from(number).map_err(|_| FollowError::Fault("a number is beyond 2^63".to_owned()))
}
