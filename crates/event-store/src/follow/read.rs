//! Reading the log for followers: batch by batch, with the chain checked as it goes.

use futures::TryStreamExt as _;
use guanxi_kernel::{EventSet, Recorded, Timestamp};
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};

use super::checkpoint::{chain, signed};
use super::{FollowError, Mark, Segment};
use crate::audit::hash;
use crate::read::{COLUMNS, recorded};

/// Reads what lies behind a place: whole batches of the log, about `limit` events, not beyond `until`. `None` where
/// there is nothing yet.
pub(crate) async fn read_segment<E: EventSet>(
    connection: &mut PgConnection,
    after: Mark,
    limit: usize,
    until: Option<u64>,
) -> Result<Option<Segment<E>>, FollowError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let from = signed(after.position)?;
    let until = until.map(signed).transpose()?;
    let links = sqlx::query(
        "select last, n, root, chain, recorded_at from log.batches \
         where last > $1 and last <= coalesce($3, last) order by last limit $2",
    )
    .bind(from)
    .bind(limit)
    .bind(until)
    .fetch_all(&mut *connection)
    .await?;
    let mut last = after;
    for link in &links {
        let next = follow_link(last, link)?;
        if last != after && next.position - after.position > limit.unsigned_abs() {
            break;
        }
        last = next;
    }
    if last == after {
        return Ok(None);
    }
    let sql =
        format!("select {COLUMNS} from log.events where position > $1 and position <= $2 order by position");
    let expected = usize::try_from(last.position - after.position).unwrap_or_default();
    let mut events = Vec::with_capacity(expected.min(usize::try_from(limit).unwrap_or_default()));
    // Row by row: PostgreSQL sends the next ones while these are understood, and they need not all be kept for it.
    let mut rows = sqlx::query(&sql)
        .bind(from)
        .bind(signed(last.position)?)
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        events.push(recorded(&row)?);
    }
    let dense = events
        .iter()
        .zip(after.position + 1..)
        .all(|(event, position)| event.position == position);
    if !dense || events.len() as u64 != last.position - after.position {
        return Err(FollowError::Discontinued {
            position: after.position,
        });
    }
    Ok(Some(Segment { after, last, events }))
}

/// Checks that a batch continues the chain, and gives its end.
fn follow_link(before: Mark, row: &PgRow) -> Result<Mark, FollowError> {
    let broken = || FollowError::Discontinued {
        position: before.position,
    };
    let last: i64 = row.try_get(0)?;
    let n = row.try_get::<i32, _>(1)?;
    let root: Vec<u8> = row.try_get(2)?;
    let stored = chain(&row.try_get::<Vec<u8>, _>(3)?)?;
    let recorded_at = row.try_get::<SqlTimestamp, _>(4)?.to_jiff();
    let next = hash::chain(&before.chain, last, n, recorded_at.as_microsecond(), &root);
    let last = last.unsigned_abs();
    if before.position + u64::from(n.unsigned_abs()) != last || next != stored {
        return Err(broken());
    }
    Ok(Mark {
        position: last,
        chain: stored,
    })
}

/// Checks that the log still holds what was followed: at this place its chain is the remembered one.
pub(crate) async fn check_continuity(pool: &PgPool, mark: Mark) -> Result<(), FollowError> {
    if mark.position == 0 {
        return Ok(());
    }
    let stored: Option<Vec<u8>> = sqlx::query_scalar("select chain from log.batches where last = $1")
        .bind(signed(mark.position)?)
        .fetch_optional(pool)
        .await?;
    match stored {
        Some(stored) if stored == mark.chain => Ok(()),
        _ => Err(FollowError::Discontinued {
            position: mark.position,
        }),
    }
}

/// The place where the log ends now.
pub(crate) async fn head(pool: &PgPool) -> Result<Mark, FollowError> {
    let row = sqlx::query("select last, chain from log.batches order by last desc limit 1")
        .fetch_optional(pool)
        .await?;
    row.map_or(Ok(Mark::default()), |row| {
        Ok(Mark {
            position: row.try_get::<i64, _>(0)?.unsigned_abs(),
            chain: chain(&row.try_get::<Vec<u8>, _>(1)?)?,
        })
    })
}

/// The end of the last batch at or before a position.
pub(crate) async fn mark_at(pool: &PgPool, position: u64) -> Result<Mark, FollowError> {
    let row = sqlx::query("select last, chain from log.batches where last <= $1 order by last desc limit 1")
        .bind(signed(position)?)
        .fetch_optional(pool)
        .await?;
    row.map_or(Ok(Mark::default()), |row| {
        Ok(Mark {
            position: row.try_get::<i64, _>(0)?.unsigned_abs(),
            chain: chain(&row.try_get::<Vec<u8>, _>(1)?)?,
        })
    })
}

/// Reads single events.
pub(crate) async fn read_positions<E: EventSet>(
    pool: &PgPool,
    positions: &[i64],
) -> Result<Vec<Recorded<E>>, FollowError> {
    let rows = sqlx::query(&format!(
        "select {COLUMNS} from log.events where position = any($1) order by position"
    ))
    .bind(positions)
    .fetch_all(pool)
    .await?;
    decode_all(&rows)
}

/// The last position that the log had taken at an instant.
pub(crate) async fn position_at(pool: &PgPool, instant: Timestamp) -> Result<u64, FollowError> {
    let last: Option<i64> = sqlx::query_scalar("select max(last) from log.batches where recorded_at <= $1")
        .bind(instant.to_sqlx())
        .fetch_one(pool)
        .await?;
    Ok(last.unwrap_or(0).unsigned_abs())
}

fn decode_all<E: EventSet>(rows: &[PgRow]) -> Result<Vec<Recorded<E>>, FollowError> {
    Ok(rows.iter().map(recorded).collect::<Result<_, _>>()?)
}
