//! A view without its types: what the loop and the command line hold.

use std::marker::PhantomData;

use async_trait::async_trait;
use sqlx::PgPool;

use super::View;
use super::engine::{ViewFollower, unkeyed};
use super::fold::touches;
use super::publish::place;
use super::rebuild::{RebuildError, RebuildOptions, RebuildProgress, RebuildReport, rebuild};
use super::replay::{Replayed, Until, replay};
use super::second::Second;
use crate::follow::parking::of_key;
use crate::follow::{FollowError, Follower, ParkedError, read_positions};

/// What can be done with any view.
#[async_trait]
pub(crate) trait AnyView<E>: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> u32;
    /// Makes its tables and SQL views, where they are not.
    async fn prepare(&self, pool: &PgPool) -> Result<(), FollowError>;
    fn follower(&self, pool: PgPool) -> Box<dyn Follower<Event = E>>;
    async fn rebuild(
        &self,
        pool: &PgPool,
        options: RebuildOptions,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<RebuildReport, RebuildError>;
    async fn replay(&self, pool: &PgPool, key: Option<&str>, until: Until) -> Result<Replayed, FollowError>;
    /// Applies what is parked under a key, in order, as far as it goes.
    async fn retry(&self, pool: &PgPool, key: &str) -> Result<(), ParkedError>;
}

pub(crate) struct Registered<V, S>(PhantomData<fn() -> (V, S)>);

impl<V, S> Registered<V, S> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<V: View, S: Second<V>> AnyView<V::Event> for Registered<V, S> {
    fn name(&self) -> &'static str {
        V::NAME
    }

    fn version(&self) -> u32 {
        V::VERSION
    }

    async fn prepare(&self, pool: &PgPool) -> Result<(), FollowError> {
        place::<V>(pool).await.map(drop)
    }

    fn follower(&self, pool: PgPool) -> Box<dyn Follower<Event = V::Event>> {
        Box::new(ViewFollower::<V, S>::new(pool))
    }

    async fn rebuild(
        &self,
        pool: &PgPool,
        options: RebuildOptions,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<RebuildReport, RebuildError> {
        rebuild::<V, S>(pool, options, progress).await
    }

    async fn replay(&self, pool: &PgPool, key: Option<&str>, until: Until) -> Result<Replayed, FollowError> {
        replay::<V, S>(pool, key, until).await
    }

    async fn retry(&self, pool: &PgPool, key: &str) -> Result<(), ParkedError> {
        for _ in 0..20 {
            match retry_once::<V, S>(pool, key).await {
                // The follower was faster; what it did is loaded anew.
                Err(ParkedError::Follow(FollowError::Superseded)) => {}
                outcome => return outcome,
            }
        }
        Err(ParkedError::Follow(FollowError::Superseded))
    }
}

async fn retry_once<V: View, S: Second<V>>(pool: &PgPool, key: &str) -> Result<(), ParkedError> {
    let mut follower = ViewFollower::<V, S>::new(pool.clone());
    let from = follower.resume().await?;
    let parked = of_key(pool, &follower.who, key).await?;
    let positions: Vec<i64> = parked
        .iter()
        .filter_map(|entry| i64::try_from(entry.position).ok())
        .collect();
    let events = read_positions::<V::Event>(pool, &positions).await?;
    let mut done = Vec::new();
    let mut failed = None;
    'entries: for (entry, event) in parked.iter().zip(&events) {
        let found = match touches::<V>(event) {
            Ok(found) => found,
            Err(reason) => {
                failed = Some((entry.id, reason));
                break;
            }
        };
        // An event whose keys could not be told was parked under its stream, for all of them.
        let whole = unkeyed(&event.stream) == key;
        for touch in found.iter().filter(|touch| whole || *touch.text == *key) {
            let missing = follower.rows.missing(std::iter::once(&touch.text));
            follower.load_rows(missing).await?;
            if let Err(reason) = follower.apply(touch, None).await? {
                failed = Some((entry.id, reason));
                break 'entries;
            }
        }
        done.push(entry.id);
    }
    let failure = failed.as_ref().map(|(id, reason)| (*id, reason.as_str()));
    follower.commit_in_place(&from, &done, failure).await?;
    match failed {
        Some((_, reason)) => Err(ParkedError::StillFails(reason)),
        None => Ok(()),
    }
}
