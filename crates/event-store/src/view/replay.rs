//! "As of": the same two functions over a prefix of the log, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_kernel::{Recorded, Timestamp};
use serde_json::Value;
use sqlx::PgPool;

use super::View;
use super::fold::{Cells, cells, fold_cells, step, touches};
use super::second::Second;
use super::sheet::Sheet;
use crate::follow::{Discards, FollowError, Mark, position_at, read_segment};

/// Up to where the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Up to this position, or the head.
    Position(u64),
    /// Up to what the log had taken at this instant: what we knew.
    Recorded(Timestamp),
    /// All of the log, but only what had happened in the world by this instant, whenever we learned of it.
    Happened(Timestamp),
    /// All of it.
    Head,
}

/// A view as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// The last position that was folded.
    pub position: u64,
    /// The rows by key.
    pub rows: BTreeMap<String, Value>,
    /// The second table by key; of all keys, so it is left out where one key was asked for.
    pub totals: BTreeMap<String, Value>,
}

/// Folds a view from the beginning, for one key or for all. Discarded events are left out; poisoned ones, too.
pub(crate) async fn replay<V: View, S: Second<V>>(
    view: &V,
    pool: &PgPool,
    only: Option<&str>,
    until: Until,
) -> Result<Replayed, FollowError> {
    let mut memory = Memory::<'_, V, S>::new(view);
    let wanted = |key: &str| only.is_none_or(|only| only == key);
    let position = memory.run(pool, until, &wanted, &mut |_| {}).await?;
    Ok(Replayed {
        position,
        rows: memory.rows.into_values(),
        totals: if only.is_some() {
            BTreeMap::new()
        } else {
            memory.totals.into_values()
        },
    })
}

/// What one event has just done to one row and its cells.
pub(super) struct Done<'a, V: View, S: Second<V>> {
    pub(super) event: &'a Recorded<V::Event>,
    pub(super) row: &'a str,
    pub(super) after: Option<&'a V::Row>,
    pub(super) cells: &'a Cells<S::Cell>,
    pub(super) totals: &'a Sheet<S::Total>,
}

/// A view in memory, while it is folded over a part of the log.
pub(super) struct Memory<'a, V: View, S: Second<V>> {
    view: &'a V,
    pub(super) rows: Sheet<V::Row>,
    pub(super) totals: Sheet<S::Total>,
}

impl<'a, V: View, S: Second<V>> Memory<'a, V, S> {
    pub(super) fn new(view: &'a V) -> Self {
        Self {
            view,
            rows: Sheet::new(),
            totals: Sheet::new(),
        }
    }

    /// Folds the wanted rows over what `until` leaves of the log, and tells of each step. Answers where it ended.
    pub(super) async fn run(
        &mut self,
        pool: &PgPool,
        until: Until,
        wanted: &(dyn Fn(&str) -> bool + Send + Sync),
        tell: &mut (dyn FnMut(Done<'_, V, S>) + Send),
    ) -> Result<u64, FollowError> {
        let last = match until {
            Until::Position(position) => position,
            Until::Recorded(instant) => position_at(pool, instant).await?,
            Until::Happened(_) | Until::Head => crate::follow::read::head(pool).await?.position,
        };
        let had_happened = |event: &Recorded<V::Event>| match until {
            Until::Happened(instant) => event.metadata.occurred_at <= instant,
            _ => true,
        };
        let discards = Discards::load(pool, V::NAME).await?;
        let mut at = Mark::default();
        while at.position < last {
            // Batches of the log are read whole, so the last one may reach beyond.
            let Some(segment) = read_segment::<V::Event>(&mut *pool.acquire().await?, at, 4096, None).await?
            else {
                break;
            };
            for event in &segment.events {
                if event.position <= last && had_happened(event) {
                    self.fold(event, wanted, &discards, tell);
                }
            }
            at = segment.last;
        }
        Ok(at.position.min(last))
    }

    fn fold(
        &mut self,
        event: &Recorded<V::Event>,
        wanted: &(dyn Fn(&str) -> bool + Send + Sync),
        discards: &Discards,
        tell: &mut (dyn FnMut(Done<'_, V, S>) + Send),
    ) {
        for touch in touches(self.view, event).unwrap_or_default() {
            if !wanted(&touch.text) || discards.holds(event.position, &touch.text) {
                continue;
            }
            begin(&mut self.rows, &touch.text);
            let before = self.rows.get(&touch.text).unwrap_or_default();
            let folded = step(self.view, &touch, &mut self.rows).and_then(|done| {
                let cells = cells::<V, S>(self.view, &touch, &done)?;
                cells.iter().for_each(|(_, text)| begin(&mut self.totals, text));
                fold_cells::<V, S>(self.view, &touch, &done, &cells, &mut self.totals, false)?;
                Ok((done, cells))
            });
            match folded {
                Ok((done, cells)) => tell(Done {
                    event,
                    row: &touch.text,
                    after: done.after.as_deref(),
                    cells: &cells,
                    totals: &self.totals,
                }),
                Err(_) => self.rows.set(&touch.text, before, event.position),
            }
        }
    }
}

/// Nothing is stored here, so a key that is met for the first time is absent.
fn begin<R: serde::Serialize + serde::de::DeserializeOwned + Clone>(sheet: &mut Sheet<R>, key: &Arc<str>) {
    let missing = sheet.missing(std::iter::once(key));
    if !missing.is_empty() {
        sheet.admit(missing, Vec::new());
    }
}
