//! A view built anew beside the live one, compared with it, and swapped in.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::{Instant, sleep};

use super::View;
use super::compare::{stored_checksums, without};
use super::engine::ViewFollower;
use super::publish::{is_locked, point, served};
use super::report::{RebuildError, RebuildOptions, RebuildProgress, RebuildReport};
use super::retire::{drop_retired, forget, forget_parked};
use super::second::Second;
use super::table::Tables;
use crate::follow::parking::parked_keys;
use crate::follow::{Batch, Checkpoint, FollowError, Follower as _, Identity, read_segment};

/// Rebuilds a view beside the live one and swaps it in if both are equal.
pub(crate) async fn rebuild<V: View, S: Second<V>>(
    view: &Arc<V>,
    pool: &PgPool,
    options: RebuildOptions,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<RebuildReport, RebuildError> {
    // A connection of its own: if the rebuild is given up, it closes, and its lock goes with it.
    let mut guard = pool.acquire().await?.detach();
    let free: bool =
        sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended('guanxi rebuild ' || $1, 0))")
            .bind(V::NAME)
            .fetch_one(&mut guard)
            .await?;
    if !free {
        return Err(RebuildError::Busy(V::NAME.to_owned()));
    }
    let outcome = rebuild_alone::<V, S>(view, pool, &mut guard, options, progress).await;
    // The server ends a closed connection a moment later; the next rebuild shall not meet the lock until then.
    sqlx::query("select pg_advisory_unlock(hashtextextended('guanxi rebuild ' || $1, 0))")
        .bind(V::NAME)
        .execute(&mut guard)
        .await?;
    guard.close().await?;
    outcome
}

async fn rebuild_alone<V: View, S: Second<V>>(
    view: &Arc<V>,
    pool: &PgPool,
    guard: &mut PgConnection,
    options: RebuildOptions,
    progress: &(dyn Fn(RebuildProgress) + Send + Sync),
) -> Result<RebuildReport, RebuildError> {
    let not_live = || RebuildError::NotLive {
        view: V::NAME.to_owned(),
        version: view.version(),
    };
    let live = served(guard, V::NAME)
        .await?
        .filter(|served| served.who.version == view.version())
        .ok_or_else(not_live)?
        .who;
    let next = Identity {
        generation: live.generation + 1,
        ..live.clone()
    };
    // What an interrupted rebuild has left behind may come of another program: begin anew.
    Tables::of(&next).drop(guard).await?;
    forget(guard, &next).await?;
    Tables::of(&next).create(guard).await?;

    let mut follower = ViewFollower::<V, S>::fixed(Arc::clone(view), pool.clone(), next.clone());
    let mut at = follower.resume().await?;
    loop {
        let head = crate::follow::read::head(pool).await?.position;
        progress(RebuildProgress {
            position: at.mark.position,
            head,
        });
        let until = Checkpoint::load(guard, &live).await?.mark.position;
        if at.mark.position >= until {
            at = follower.flush(&at).await?;
        }
        if at.mark.position >= until {
            break;
        }
        at = advance(pool, &mut follower, at, until).await?;
    }
    // What was passed by without a word is not read again while the live view is held.
    at.keep(pool, &next).await?;
    let (live_kept, live_stored) = stored_checksums(pool, &live).await?;
    let intact = live_kept == live_stored;
    let mut report = swap::<V, S>(pool, guard, &live, &mut follower, intact, options).await?;
    if !intact {
        report.live_stored = [
            report.live[0].wrapping_add(live_stored[0].wrapping_sub(live_kept[0])),
            report.live[1].wrapping_add(live_stored[1].wrapping_sub(live_kept[1])),
        ];
    }
    Ok(report)
}

/// One batch, not beyond `until`.
async fn advance<V: View, S: Second<V>>(
    pool: &PgPool,
    follower: &mut ViewFollower<V, S>,
    at: Checkpoint,
    until: u64,
) -> Result<Checkpoint, FollowError> {
    let segment = read_segment(
        &mut *pool.acquire().await?,
        at.mark,
        follower.batch_size(),
        Some(until),
    )
    .await?;
    let Some(batch) = segment.and_then(|segment| Batch::of(vec![segment.into()])) else {
        return Err(FollowError::Discontinued {
            position: at.mark.position,
        });
    };
    follower.work(&batch, &at).await
}

/// Tries to swap until nobody holds the SQL views, or patience ends.
async fn swap<V: View, S: Second<V>>(
    pool: &PgPool,
    guard: &mut PgConnection,
    live: &Identity,
    follower: &mut ViewFollower<V, S>,
    intact: bool,
    options: RebuildOptions,
) -> Result<RebuildReport, RebuildError> {
    let until = Instant::now() + options.patience;
    let mut pause = Duration::from_millis(100);
    loop {
        let mut work = guard.begin().await?;
        match try_swap::<V, S>(pool, &mut work, live, follower, intact, options.force).await {
            Ok(report) if report.swapped => {
                work.commit().await?;
                drop_retired(guard, &follower.who).await;
                return Ok(report);
            }
            Ok(report) => {
                work.rollback().await?;
                return Ok(report);
            }
            Err(error) if is_locked(&error) => work.rollback().await?,
            Err(error) => return Err(error.into()),
        }
        if Instant::now() >= until {
            return Err(RebuildError::InUse(V::NAME.to_owned()));
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Holds both checkpoints at one position, compares, and redirects.
async fn try_swap<V: View, S: Second<V>>(
    pool: &PgPool,
    work: &mut Transaction<'_, Postgres>,
    live: &Identity,
    follower: &mut ViewFollower<V, S>,
    intact: bool,
    force: bool,
) -> Result<RebuildReport, FollowError> {
    let held = hold(work, live).await?;
    // The live follower stands still now; the new one comes up to it.
    let mut at = follower.resume().await?;
    while at.mark.position < held.mark.position {
        at = advance(pool, follower, at, held.mark.position).await?;
        if at.mark.position == held.mark.position {
            at = follower.commit_gathered(&at).await?;
        }
    }
    if at.mark != held.mark {
        return Err(FollowError::Discontinued {
            position: held.mark.position,
        });
    }
    at.next(at.mark).insert(work, &follower.who).await?;

    let mut aside = parked_keys(pool, live).await?;
    aside.extend(follower.parked.iter().cloned());
    let mut aside: Vec<String> = aside.into_iter().collect();
    aside.sort_unstable();
    let rows = [
        without(pool, &Tables::of(live), held.rows_checksum, &aside).await?,
        without(pool, &follower.tables, at.rows_checksum, &aside).await?,
    ];
    // What a parked key has not yet done to the totals cannot be told apart from the rest.
    let totals_equal = held.totals_checksum == at.totals_checksum || !aside.is_empty();
    let equal = intact && rows[0] == rows[1] && totals_equal;
    let swapped = equal || force;
    if swapped {
        point(&*follower.view, work, &follower.who).await?;
        forget_parked(work, live).await?;
    }
    let live_checksums = [rows[0], held.totals_checksum];
    Ok(RebuildReport {
        view: V::NAME.to_owned(),
        version: follower.view.version(),
        position: held.mark.position,
        equal,
        swapped,
        live: live_checksums,
        live_stored: live_checksums,
        rebuilt: [rows[1], at.totals_checksum],
        parked_aside: aside,
        generation: if swapped {
            follower.who.generation
        } else {
            live.generation
        },
    })
}

/// Takes the next checkpoint of the live follower, so that it waits; several tries, since it is moving.
async fn hold(work: &mut Transaction<'_, Postgres>, live: &Identity) -> Result<Checkpoint, FollowError> {
    for _ in 0..100 {
        let held = Checkpoint::load(work, live).await?;
        // Without an offset, since this transaction may wait for long; it is rolled back, or the last of these rows.
        let next = Checkpoint {
            feed_offset: None,
            ..held.next(held.mark)
        };
        match next.insert(work, live).await {
            Ok(()) => return Ok(held),
            Err(FollowError::Superseded) => {}
            Err(error) => return Err(error),
        }
    }
    Err(FollowError::Transient(
        "the live follower moves too fast to be held".to_owned(),
    ))
}
