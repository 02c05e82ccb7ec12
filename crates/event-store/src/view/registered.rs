//! A view without its types: what the loop and the command line hold.

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use guanxi_kernel::Recorded;
use sqlx::PgPool;

use super::View;
use super::engine::ViewFollower;
use super::explain::{Asked, Explained, explain};
use super::publish::place;
use super::rebuild::rebuild;
use super::replay::{Replayed, Until, replay};
use super::report::{RebuildError, RebuildOptions, RebuildProgress, RebuildReport};
use super::retry::retry;
use super::second::Second;
use crate::follow::{FollowError, Follower, ParkedError, guarded};

/// What can be done with any view.
#[async_trait]
pub(crate) trait AnyView<E>: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> u32;
    /// Makes its tables and SQL views, where they are not.
    async fn prepare(&self, pool: &PgPool) -> Result<(), FollowError>;
    fn follower(&self, pool: PgPool) -> Box<dyn Follower<Event = E>>;
    /// Whether an event has keys in the view, or makes it fail.
    fn concerns(&self, event: &Recorded<E>) -> bool;
    async fn rebuild(
        &self,
        pool: &PgPool,
        options: RebuildOptions,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<RebuildReport, RebuildError>;
    async fn replay(&self, pool: &PgPool, key: Option<&str>, until: Until) -> Result<Replayed, FollowError>;
    async fn explain(
        &self,
        pool: &PgPool,
        asked: &[Asked],
        until: Until,
    ) -> Result<Vec<Explained>, FollowError>;
    /// Applies what is parked under a key, in order, as far as it goes.
    async fn retry(&self, pool: &PgPool, key: &str) -> Result<(), ParkedError>;
}

pub(crate) struct Registered<V, S> {
    view: Arc<V>,
    second: PhantomData<fn() -> S>,
}

impl<V, S> Registered<V, S> {
    pub(crate) fn new(view: V) -> Self {
        Self {
            view: Arc::new(view),
            second: PhantomData,
        }
    }
}

#[async_trait]
impl<V: View, S: Second<V>> AnyView<V::Event> for Registered<V, S> {
    fn name(&self) -> &'static str {
        V::NAME
    }

    fn version(&self) -> u32 {
        self.view.version()
    }

    async fn prepare(&self, pool: &PgPool) -> Result<(), FollowError> {
        place(&*self.view, pool).await.map(drop)
    }

    fn follower(&self, pool: PgPool) -> Box<dyn Follower<Event = V::Event>> {
        Box::new(ViewFollower::<V, S>::new(Arc::clone(&self.view), pool))
    }

    fn concerns(&self, event: &Recorded<V::Event>) -> bool {
        guarded(|| self.view.keys(event)).map_or(true, |keys| !keys.is_empty())
    }

    async fn rebuild(
        &self,
        pool: &PgPool,
        options: RebuildOptions,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<RebuildReport, RebuildError> {
        rebuild::<V, S>(&self.view, pool, options, progress).await
    }

    async fn replay(&self, pool: &PgPool, key: Option<&str>, until: Until) -> Result<Replayed, FollowError> {
        replay::<V, S>(&self.view, pool, key, until).await
    }

    async fn explain(
        &self,
        pool: &PgPool,
        asked: &[Asked],
        until: Until,
    ) -> Result<Vec<Explained>, FollowError> {
        explain::<V, S>(&self.view, pool, asked, until).await
    }

    async fn retry(&self, pool: &PgPool, key: &str) -> Result<(), ParkedError> {
        retry::<V, S>(&self.view, pool, key).await
    }
}
