//! Parked events, tried again.

use std::sync::Arc;

use guanxi_kernel::Recorded;
use sqlx::PgPool;

use super::View;
use super::engine::{ViewFollower, unkeyed};
use super::fold::touches;
use super::second::Second;
use crate::follow::parking::{of_key, settle};
use crate::follow::{FollowError, Follower as _, Parked, ParkedError, read_positions};

/// How often to try against a follower that is moving.
const TRIES: u32 = 50;

/// An entry that cannot be applied: its place in the list, and why.
type Failure = (usize, String);

/// Applies what is parked under a key, in order, as far as it goes.
pub(super) async fn retry<V: View, S: Second<V>>(
    view: &Arc<V>,
    pool: &PgPool,
    key: &str,
) -> Result<(), ParkedError> {
    let mut failure: Option<Failure> = None;
    for _ in 0..TRIES {
        match attempt::<V, S>(view, pool, key, failure.take()).await {
            // The follower was faster; what it did is loaded anew.
            Err(ParkedError::Follow(FollowError::Superseded)) => {}
            // An entry failed when part of it was applied: again, without it.
            Ok(Attempt::Again(found)) => failure = Some(found),
            Ok(Attempt::Done(None)) => return Ok(()),
            Ok(Attempt::Done(Some(reason))) => return Err(ParkedError::StillFails(reason)),
            Err(error) => return Err(error),
        }
    }
    Err(ParkedError::Follow(FollowError::Superseded))
}

enum Attempt {
    Done(Option<String>),
    Again(Failure),
}

async fn attempt<V: View, S: Second<V>>(
    view: &Arc<V>,
    pool: &PgPool,
    key: &str,
    known: Option<Failure>,
) -> Result<Attempt, ParkedError> {
    let mut follower = ViewFollower::<V, S>::new(Arc::clone(view), pool.clone());
    let from = follower.resume().await?;
    let parked = of_key(pool, &follower.who, key).await?;
    let positions: Vec<i64> = parked
        .iter()
        .filter_map(|entry| i64::try_from(entry.position).ok())
        .collect();
    let events = read_positions::<V::Event>(pool, &positions).await?;
    let mut failure = known;
    let upto = failure.as_ref().map_or(parked.len(), |(number, _)| *number);
    for (number, event) in events.iter().enumerate().take(upto) {
        if let Err(failed) = apply(&mut follower, event, key).await? {
            if failed.partly {
                return Ok(Attempt::Again((number, failed.reason)));
            }
            failure = Some((number, failed.reason));
            break;
        }
    }
    let upto = failure.as_ref().map_or(parked.len(), |(number, _)| *number);
    let done: Vec<i64> = parked.iter().take(upto).map(|entry: &Parked| entry.id).collect();
    let failed = failure
        .as_ref()
        .and_then(|(number, reason)| Some((parked.get(*number)?.id, reason.as_str())));
    let mut work = pool.begin().await?;
    follower
        .written(&from, from.mark)?
        .write(&mut *work, &follower)
        .await?;
    settle(&mut work, &done, failed).await?;
    work.commit().await?;
    Ok(Attempt::Done(failure.map(|(_, reason)| reason)))
}

struct Failed {
    reason: String,
    partly: bool,
}

/// Applies an event to the key, or to all its keys where it was parked because they could not be told.
async fn apply<V: View, S: Second<V>>(
    follower: &mut ViewFollower<V, S>,
    event: &Recorded<V::Event>,
    key: &str,
) -> Result<Result<(), Failed>, FollowError> {
    let found = match touches(&*follower.view, event) {
        Ok(found) => found,
        Err(reason) => {
            return Ok(Err(Failed {
                reason,
                partly: false,
            }));
        }
    };
    let whole = unkeyed(&event.stream) == key;
    let mut partly = false;
    for touch in found.iter().filter(|touch| whole || *touch.text == *key) {
        let missing = follower.rows.missing(std::iter::once(&touch.text));
        follower.load_rows(missing).await?;
        if let Err(reason) = follower.apply(touch, None).await? {
            return Ok(Err(Failed { reason, partly }));
        }
        partly = true;
    }
    Ok(Ok(()))
}
