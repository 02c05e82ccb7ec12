//! A view as a follower: load what a batch concerns, fold in memory, write back under the checkpoint.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;

use super::View;
use super::fold::{Touch, touches};
use super::gather::{Gathered, Trouble};
use super::publish::{self, Place};
use super::second::Second;
use super::sheet::Sheet;
use super::table::{Tables, load};
use crate::follow::parking::parked_keys;
use crate::follow::{Batch, Checkpoint, Discards, FollowError, Follower, Identity, Parking};

/// Far behind the head a row is read and written once for all its events of a batch: the larger, the fewer rows. The
/// logs of this crate's own tests are short, and are far behind with less.
const BATCH: usize = if cfg!(test) { 64 } else { 16_384 };

/// Folds a view into its tables.
pub(crate) struct ViewFollower<V: View, S: Second<V>> {
    pub(super) view: Arc<V>,
    pub(super) pool: PgPool,
    pub(super) who: Identity,
    pub(super) tables: Tables,
    pub(super) rows: Sheet<V::Row>,
    pub(super) totals: Sheet<S::Total>,
    pub(super) parked: HashSet<String>,
    discards: Discards,
    pub(super) gathered: Gathered,
    live: bool,
    fixed: bool,
    /// Whether the indexes are known to be there.
    pub(super) indexed: bool,
    of: PhantomData<fn() -> S>,
}

/// What a batch asks of the sheets, and what of it is set aside.
pub(super) struct Plan<'a, V: View> {
    pub(super) touches: Vec<Touch<'a, V>>,
    pub(super) parking: Parking,
}

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// The follower of whatever generation is live.
    pub(crate) fn new(view: Arc<V>, pool: PgPool) -> Self {
        let who = Identity::new(V::NAME, view.version());
        Self::of(view, pool, who, false)
    }

    /// The follower of one generation, live or not.
    pub(crate) fn fixed(view: Arc<V>, pool: PgPool, who: Identity) -> Self {
        Self::of(view, pool, who, true)
    }

    fn of(view: Arc<V>, pool: PgPool, who: Identity, fixed: bool) -> Self {
        let (rows, totals) = (Sheet::new(), Sheet::new());
        let (parked, discards) = (HashSet::new(), Discards::default());
        let tables = Tables::of(&who);
        Self {
            view,
            pool,
            who,
            tables,
            rows,
            totals,
            parked,
            discards,
            gathered: Gathered::default(),
            live: false,
            fixed,
            indexed: false,
            of: PhantomData,
        }
    }

    /// The touches of a batch, without what is discarded and what is parked already.
    pub(super) fn plan<'a>(&self, batch: &'a Batch<V::Event>) -> Plan<'a, V> {
        let mut plan = Plan {
            touches: Vec::with_capacity(batch.len()),
            parking: Parking::default(),
        };
        for event in batch.events() {
            match touches(&*self.view, event) {
                Ok(found) => plan.touches.extend(found),
                // Without keys, the event's stream stands for them.
                Err(reason) => plan
                    .parking
                    .add(&unkeyed(&event.stream), event.position, Some(reason)),
            }
        }
        plan.touches
            .retain(|touch| !self.discards.holds(touch.event.position, &touch.text));
        plan.touches.retain(|touch| {
            let behind = !self.parked.is_empty() && self.parked.contains(&*touch.text);
            if behind {
                plan.parking.add(&touch.text, touch.event.position, None);
            }
            !behind
        });
        plan
    }

    /// Reads rows that the sheet does not know.
    pub(super) async fn load_rows(&mut self, missing: Vec<String>) -> Result<(), FollowError> {
        let stored = load(&self.pool, &self.tables.rows, &missing).await?;
        self.rows.admit(missing, stored);
        Ok(())
    }

    pub(super) async fn load_totals(&mut self, missing: Vec<String>) -> Result<(), FollowError> {
        let stored = load(&self.pool, &self.tables.totals, &missing).await?;
        self.totals.admit(missing, stored);
        Ok(())
    }

    pub(super) fn undo(&mut self) {
        self.rows.undo();
        self.totals.undo();
    }
}

/// The key under which an event is parked whose keys cannot be told.
pub(super) fn unkeyed(stream: &guanxi_kernel::StreamRef) -> String {
    format!("stream {stream}")
}

#[async_trait]
impl<V: View, S: Second<V>> Follower for ViewFollower<V, S> {
    type Event = V::Event;

    fn identity(&self) -> Identity {
        self.who.clone()
    }

    async fn resume(&mut self) -> Result<Checkpoint, FollowError> {
        self.rows.clear();
        self.totals.clear();
        self.gathered.end();
        self.indexed = false;
        if !self.fixed {
            let Place { who, live } = publish::place(&*self.view, &self.pool).await?;
            (self.who, self.live) = (who, live);
            self.tables = Tables::of(&self.who);
        }
        // Before all else: whoever sets keys aside or applies them takes the next number, and then this one is of no use.
        // Read behind it, a key could still look parked that no checkpoint will speak of again.
        let checkpoint = Checkpoint::load(&mut *self.pool.acquire().await?, &self.who).await?;
        self.parked = parked_keys(&self.pool, &self.who).await?;
        self.discards = Discards::load(&self.pool, &self.who.name).await?;
        Ok(checkpoint)
    }

    async fn work(&mut self, batch: &Batch<V::Event>, from: &Checkpoint) -> Result<Checkpoint, FollowError> {
        // Short of a full batch, the end of the log is near.
        if batch.len() * 2 <= BATCH
            && let Some(anew) = self.catch_up_indexes().await?
        {
            return Ok(anew);
        }
        match self.quick(batch, from).await {
            Ok(next) => Ok(next),
            Err(Trouble::Follow(error)) => Err(error),
            // The careful way knows one batch, and not those that are gathered with it.
            Err(Trouble::Poison(_)) if self.gathered.goes_on() => self.begin_again(batch.last()).await,
            Err(Trouble::Poison(reason)) => {
                tracing::warn!(follower = %self.who, reason, "a batch is replayed key by key");
                self.careful(batch, from).await
            }
        }
    }

    fn gathers(&self) -> bool {
        self.gathered.goes_on()
    }

    async fn flush(&mut self, at: &Checkpoint) -> Result<Checkpoint, FollowError> {
        match self.catch_up_indexes().await? {
            Some(anew) => Ok(anew),
            None => self.commit_gathered(at).await,
        }
    }

    async fn idle(&mut self) -> Result<(), FollowError> {
        if self.catch_up_indexes().await?.is_some() {
            return Err(FollowError::Transient("the view begins anew".to_owned()));
        }
        if !self.live && !self.fixed {
            // A newer version of the view has caught up: it takes the place of the older one.
            self.live = publish::promote(&*self.view, &self.pool, &self.who).await?;
        }
        Ok(())
    }

    fn serves(&self) -> bool {
        self.live
    }

    fn pace(&self) -> Duration {
        V::PACE
    }

    fn batch_size(&self) -> usize {
        BATCH
    }
}
