//! A view as a follower: load what a batch concerns, fold in memory, write back under the checkpoint.

use std::collections::HashSet;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{PgExecutor, PgPool};

use super::View;
use super::fold::{Touch, advance, cells, conclude, fold_cells, step, touches};
use super::publish::{self, Place};
use super::second::Second;
use super::sheet::Sheet;
use super::table::{Tables, Writes, load, write};
use crate::follow::parking::{parked_keys, show_count};
use crate::follow::{Batch, Checkpoint, Discards, FollowError, Follower, Identity, Mark, Parking};

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
    live: bool,
    fixed: bool,
    of: PhantomData<fn() -> S>,
}

/// Why the quick way did not work.
enum Trouble {
    /// One key is poisoned, or several; the careful way will tell which.
    Poison(String),
    /// Anything else.
    Follow(FollowError),
}

impl From<FollowError> for Trouble {
    fn from(error: FollowError) -> Self {
        if error.is_data_fault() {
            Self::Poison(error.to_string())
        } else {
            Self::Follow(error)
        }
    }
}

/// What a batch asks of the sheets, and what of it is set aside.
pub(super) struct Plan<'a, V: View> {
    pub(super) touches: Vec<Touch<'a, V>>,
    pub(super) parking: Parking,
}

/// The next checkpoint, and what goes into the tables with it.
pub(super) struct Written {
    next: Checkpoint,
    rows: Writes,
    totals: Writes,
}

impl Written {
    pub(super) async fn write<V: View, S: Second<V>>(
        &self,
        executor: impl PgExecutor<'_>,
        of: &ViewFollower<V, S>,
    ) -> Result<(), FollowError> {
        write(
            executor,
            &self.next,
            &of.who,
            &of.tables,
            [&self.rows, &self.totals],
        )
        .await
    }
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
            live: false,
            fixed,
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

    /// Everything at once; any poison makes it fail as a whole.
    async fn quick(&mut self, batch: &Batch<V::Event>, from: &Checkpoint) -> Result<Checkpoint, Trouble> {
        let plan = self.plan(batch);
        if plan.touches.is_empty() && plan.parking.is_empty() {
            return Ok(from.carried(batch.last()));
        }
        let missing = self.rows.missing(plan.touches.iter().map(|touch| &touch.text));
        self.load_rows(missing).await?;
        if S::EXISTS {
            self.fold_with_totals(&plan.touches).await?;
        } else {
            for touch in &plan.touches {
                advance(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
            }
            conclude(&*self.view, &mut self.rows).map_err(Trouble::Poison)?;
        }
        Ok(self.commit(from, batch.last(), &plan.parking).await?)
    }

    /// Step by step, since the totals count every one of them.
    async fn fold_with_totals(&mut self, touches: &[Touch<'_, V>]) -> Result<(), Trouble> {
        let mut folds = Vec::with_capacity(touches.len());
        for touch in touches {
            let done = step(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
            let cells = cells::<V, S>(&self.view, touch, &done).map_err(Trouble::Poison)?;
            if !cells.is_empty() {
                folds.push((touch, done, cells));
            }
        }
        let cells = folds.iter().flat_map(|(_, _, cells)| cells);
        let missing = self.totals.missing(cells.map(|(_, text)| text));
        self.load_totals(missing).await?;
        for (touch, done, cells) in &folds {
            fold_cells::<V, S>(&self.view, touch, done, cells, &mut self.totals, false)
                .map_err(Trouble::Poison)?;
        }
        Ok(())
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

    pub(super) async fn commit(
        &mut self,
        from: &Checkpoint,
        to: Mark,
        parking: &Parking,
    ) -> Result<Checkpoint, FollowError> {
        let written = self.written(from, to)?;
        if parking.is_empty() {
            written.write(&self.pool, self).await?;
        } else {
            let mut work = self.pool.begin().await?;
            written.write(&mut *work, self).await?;
            parking.write(&mut work, &self.who).await?;
            work.commit().await?;
        }
        self.rows.settle(&written.rows);
        self.totals.settle(&written.totals);
        if !parking.keys().is_empty() {
            self.parked.extend(parking.keys().iter().cloned());
            show_count(&self.who, self.parked.len());
        }
        Ok(written.next)
    }

    /// What is to be written behind a checkpoint.
    pub(super) fn written(&self, from: &Checkpoint, to: Mark) -> Result<Written, FollowError> {
        let (rows, totals) = (self.rows.writes()?, self.totals.writes()?);
        let mut next = from.next(to);
        next.rows_checksum = next.rows_checksum.wrapping_add(rows.delta);
        next.totals_checksum = next.totals_checksum.wrapping_add(totals.delta);
        Ok(Written { next, rows, totals })
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
        if !self.fixed {
            let Place { who, live } = publish::place(&*self.view, &self.pool).await?;
            (self.who, self.live) = (who, live);
            self.tables = Tables::of(&self.who);
        }
        self.parked = parked_keys(&self.pool, &self.who).await?;
        self.discards = Discards::load(&self.pool, &self.who.name).await?;
        Checkpoint::load(&mut *self.pool.acquire().await?, &self.who).await
    }

    async fn work(&mut self, batch: &Batch<V::Event>, from: &Checkpoint) -> Result<Checkpoint, FollowError> {
        match self.quick(batch, from).await {
            Ok(next) => Ok(next),
            Err(Trouble::Follow(error)) => Err(error),
            Err(Trouble::Poison(reason)) => {
                tracing::warn!(follower = %self.who, reason, "a batch is replayed key by key");
                self.careful(batch, from).await
            }
        }
    }

    async fn idle(&mut self) -> Result<(), FollowError> {
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

    /// Far behind the head a row is read and written once for all its events of a batch: the larger, the fewer rows.
    fn batch_size(&self) -> usize {
        16_384
    }
}
