//! "As of": the same two functions over a prefix of the log, in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_kernel::Timestamp;
use serde_json::Value;
use sqlx::PgPool;

use super::View;
use super::fold::{cells, fold_cells, step, touches};
use super::second::Second;
use super::sheet::Sheet;
use crate::follow::{Discards, FollowError, Mark, position_at, read_segment};

/// Up to where the log is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Up to this position, or the head.
    Position(u64),
    /// Up to what the log had taken at this instant.
    Recorded(Timestamp),
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
    let until = match until {
        Until::Position(position) => position,
        Until::Recorded(instant) => position_at(pool, instant).await?,
        Until::Head => crate::follow::read::head(pool).await?.position,
    };
    let discards = Discards::load(pool, V::NAME).await?;
    let mut memory = Memory::<'_, V, S> {
        view,
        rows: Sheet::new(),
        totals: Sheet::new(),
    };
    let mut at = Mark::default();
    while at.position < until {
        // Batches of the log are read whole, so the last one may reach beyond.
        let Some(segment) = read_segment::<V::Event>(pool, at, 4096, None).await? else {
            break;
        };
        for event in segment.events.iter().filter(|event| event.position <= until) {
            memory.fold(event, only, &discards);
        }
        at = segment.last;
    }
    Ok(Replayed {
        position: at.position.min(until),
        rows: memory.rows.into_values(),
        totals: if only.is_some() {
            BTreeMap::new()
        } else {
            memory.totals.into_values()
        },
    })
}

struct Memory<'a, V: View, S: Second<V>> {
    view: &'a V,
    rows: Sheet<V::Row>,
    totals: Sheet<S::Total>,
}

impl<V: View, S: Second<V>> Memory<'_, V, S> {
    fn fold(&mut self, event: &guanxi_kernel::Recorded<V::Event>, only: Option<&str>, discards: &Discards) {
        for touch in touches(self.view, event).unwrap_or_default() {
            if only.is_some_and(|only| only != &*touch.text) || discards.holds(event.position, &touch.text) {
                continue;
            }
            begin(&mut self.rows, &touch.text);
            let before = self.rows.get(&touch.text).unwrap_or_default();
            let folded = step(self.view, &touch, &mut self.rows, true).and_then(|done| {
                let cells = cells::<V, S>(self.view, &touch, &done)?;
                cells.iter().for_each(|(_, text)| begin(&mut self.totals, text));
                fold_cells::<V, S>(self.view, &touch, &done, &cells, &mut self.totals, false)
            });
            if folded.is_err() {
                self.rows.set(&touch.text, before, event.position);
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
