//! The one loop of a process, and what can be asked of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use guanxi_kernel::EventSet;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::builder::MakeFollower;
use super::drive::Driver;
use super::progress::{self, Track};
use super::source::{Shared, Source};
use super::tail::Tail;
use super::{FollowError, Follower, FollowerStatus, WaitError, read};
use crate::EventStore;
use crate::deadline::{Clock, ClockError, Due, due_count};
use crate::policy::AnyPolicy;
use crate::view::{AnyView, RebuildError, RebuildOptions, RebuildProgress, RebuildReport};

/// All followers of an installation. Cheap to clone. A process that only answers queries builds the same loop and
/// does not run it: waiting, lists and rebuilds work over the database.
pub struct Loop<E: EventSet> {
    pub(crate) inner: Arc<Inner<E>>,
}

impl<E: EventSet> Clone for Loop<E> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

pub(crate) struct Inner<E: EventSet> {
    pub(crate) store: EventStore,
    pub(super) views: Vec<Box<dyn AnyView<E>>>,
    pub(super) policies: Vec<Arc<dyn AnyPolicy<E>>>,
    pub(super) others: Vec<MakeFollower<E>>,
    pub(super) tracks: BTreeMap<Arc<str>, (u32, Arc<Track>)>,
    pub(super) tail: Arc<Tail<E>>,
    pub(super) clock_put: Arc<Notify>,
}

impl<E: EventSet> Loop<E> {
    /// Makes the tables and SQL views of all views, where they are not.
    ///
    /// # Errors
    /// The database, or a newer version of a view is live.
    pub async fn prepare(&self) -> Result<(), FollowError> {
        for view in &self.inner.views {
            view.prepare(self.inner.store.pool()).await?;
        }
        Ok(())
    }

    /// Runs all followers, the shared reader and the deadlines until `shutdown` is done. What is under way then is
    /// rolled back, and done again at the next start.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        self.run_with(&self.inner.views, shutdown).await;
    }

    /// The same without the views, which are [fed](Self::follow_fed), here or elsewhere.
    pub async fn run_without_views(&self, shutdown: impl Future<Output = ()>) {
        self.run_with(&[], shutdown).await;
    }

    async fn run_with(&self, views: &[Box<dyn AnyView<E>>], shutdown: impl Future<Output = ()>) {
        let inner = &self.inner;
        let mut tasks = JoinSet::new();
        let tail = Arc::clone(&inner.tail);
        tasks.spawn(async move { tail.run().await });
        let views = views.iter().map(|view| view.follower(inner.store.pool().clone()));
        let policies = inner
            .policies
            .iter()
            .map(|policy| policy.follower(inner.store.clone()));
        let others = inner.others.iter().map(|make| make(inner.store.clone()));
        for follower in views.chain(policies).chain(others) {
            let source = Shared::of(&inner.tail);
            tasks.spawn(self.driver(&*follower, Box::new(source)).guard(follower));
        }
        let due = Due {
            store: inner.store.clone(),
            policies: inner.policies.clone(),
            clock_put: Arc::clone(&inner.clock_put),
        };
        tasks.spawn(due.run());
        shutdown.await;
        tasks.shutdown().await;
    }

    pub(super) fn driver(&self, follower: &dyn Follower<Event = E>, source: Box<dyn Source<E>>) -> Driver<E> {
        let track = self.inner.tracks.get(&follower.identity().name);
        let track = track.map_or_else(Arc::default, |(_, track)| Arc::clone(track));
        track.reached(0);
        Driver {
            pool: self.inner.store.pool().clone(),
            source,
            track,
        }
    }

    /// What each follower is doing, as far as this process knows.
    #[must_use]
    pub fn status(&self) -> Vec<FollowerStatus> {
        let tracks = self.inner.tracks.iter();
        tracks
            .map(|(name, (version, track))| FollowerStatus {
                name: Arc::clone(name),
                version: *version,
                position: track.position(),
                standing: track.standing(),
            })
            .collect()
    }

    /// The last position that a follower has committed, in this process or another.
    ///
    /// # Errors
    /// The database.
    pub async fn progress(&self, name: &str) -> Result<u64, FollowError> {
        progress::committed(self.inner.store.pool(), name).await
    }

    /// Waits until a follower has worked a position, so that a caller reads what it has written.
    ///
    /// # Errors
    /// Beyond the head of the log, not in time, no such follower, or the database.
    pub async fn wait_for(&self, name: &str, position: u64, limit: Duration) -> Result<(), WaitError> {
        let (_, track) = self
            .inner
            .tracks
            .get(name)
            .ok_or_else(|| WaitError::Unknown(name.to_owned()))?;
        progress::wait_for(self.inner.store.pool(), name, track, position, limit).await
    }

    /// Waits until all followers have worked everything, what they caused included, and no deadline is due.
    ///
    /// # Errors
    /// Not in time, or the database.
    pub async fn settle(&self, limit: Duration) -> Result<(), WaitError> {
        let until = Instant::now() + limit;
        let pool = self.inner.store.pool();
        loop {
            let head = read::head(pool).await?.position;
            for (_, track) in self.inner.tracks.values() {
                track.want(head);
            }
            for name in self.inner.tracks.keys() {
                self.wait_for(name, head, until.saturating_duration_since(Instant::now()))
                    .await?;
            }
            let due = due_count(pool).await?;
            if due == 0 && read::head(pool).await?.position == head {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(WaitError::Timeout {
                    follower: "deadlines".to_owned(),
                    reached: head,
                });
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Puts the clock of the deadlines: to the wall's time, or to a watermark, after everything has caught up with the
    /// time before it.
    ///
    /// # Errors
    /// Something has not caught up in time, or the watermark lies behind the one that stands.
    pub async fn set_clock(&self, clock: Clock, limit: Duration) -> Result<(), ClockError> {
        if let Clock::Watermark(_) = clock {
            self.settle(limit).await?;
        }
        clock.set(self.inner.store.pool()).await?;
        self.inner.clock_put.notify_one();
        Ok(())
    }

    /// Builds a view anew beside the live one, compares both and swaps. The followers may run meanwhile, here or
    /// elsewhere.
    ///
    /// # Errors
    /// No such view, another rebuild is under way, or the SQL views were in use all the time.
    pub async fn rebuild(
        &self,
        view: &str,
        options: RebuildOptions,
        progress: &(dyn Fn(RebuildProgress) + Send + Sync),
    ) -> Result<RebuildReport, RebuildError> {
        let found = self
            .view(view)
            .ok_or_else(|| RebuildError::Unknown(view.to_owned()))?;
        found.rebuild(self.inner.store.pool(), options, progress).await
    }

    /// Names and versions of all views.
    #[must_use]
    pub fn views(&self) -> Vec<(&'static str, u32)> {
        self.inner
            .views
            .iter()
            .map(|view| (view.name(), view.version()))
            .collect()
    }

    /// Names and versions of all policies.
    #[must_use]
    pub fn policies(&self) -> Vec<(&'static str, u32)> {
        self.inner
            .policies
            .iter()
            .map(|policy| (policy.name(), policy.version()))
            .collect()
    }

    pub(super) fn view(&self, name: &str) -> Option<&dyn AnyView<E>> {
        self.inner
            .views
            .iter()
            .find(|view| view.name() == name)
            .map(AsRef::as_ref)
    }
}
