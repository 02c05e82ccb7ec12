//! "Why": the very events behind a row or a cell, told by the fold that made it.
//!
//! An explanation is not kept beside a view, it is the view's own fold run again with somebody watching: what a cell
//! was after each event that changed it. So no view needs a word of its own for it, and what an event contributed is
//! what the cell became less what it was, which adds up to the cell by construction of the fold, not of a report.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use guanxi_kernel::{BusinessDate, EventId, Recorded, StreamRef, Timestamp};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;

use super::View;
use super::replay::{Done, Memory, Until};
use super::second::Second;
use crate::follow::FollowError;

/// A row, or a cell of the second table, by its stored key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// A row.
    Row(String),
    /// A cell of the second table.
    Cell(String),
}

/// One event behind a row or a cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// Its place in the log.
    pub position: u64,
    /// Its id.
    pub event_id: EventId,
    /// Its stored name.
    pub event_type: Arc<str>,
    /// Where it lies.
    pub stream: StreamRef,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// The day of its store.
    pub business_date: BusinessDate,
    /// What the row or cell was after it; before it, it was what the cause before this one left.
    pub after: Option<Value>,
}

/// A row or a cell with everything behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// What was asked for.
    pub asked: Asked,
    /// Up to where the log was read.
    pub position: u64,
    /// The events, in the order of the log; those that changed nothing are left out.
    pub causes: Vec<Cause>,
}

impl Explained {
    /// What it adds up to; `None` where there is no such row.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.causes.last().and_then(|cause| cause.after.as_ref())
    }
}

/// Explains rows and cells in one run over the log, in the order in which they are asked for.
pub(crate) async fn explain<V: View, S: Second<V>>(
    view: &V,
    pool: &PgPool,
    asked: &[Asked],
    until: Until,
) -> Result<Vec<Explained>, FollowError> {
    let mut watch = Watch::new(asked);
    let rows_only = watch.cells.is_empty();
    let watched: HashSet<String> = watch.rows.keys().cloned().collect();
    // A cell follows from rows that nobody can tell beforehand.
    let wanted = move |key: &str| !rows_only || watched.contains(key);
    let mut memory = Memory::<'_, V, S>::new(view);
    let position = memory
        .run(pool, until, &wanted, &mut |done| watch.see(&done))
        .await?;
    let told = asked.iter().map(|asked| Explained {
        asked: asked.clone(),
        position,
        causes: watch.take(asked),
    });
    Ok(told.collect())
}

struct Watch {
    rows: HashMap<String, Vec<Cause>>,
    cells: HashMap<String, Vec<Cause>>,
}

impl Watch {
    fn new(asked: &[Asked]) -> Self {
        let (mut rows, mut cells) = (HashMap::new(), HashMap::new());
        for asked in asked {
            match asked {
                Asked::Row(key) => rows.insert(key.clone(), Vec::new()),
                Asked::Cell(key) => cells.insert(key.clone(), Vec::new()),
            };
        }
        Self { rows, cells }
    }

    fn see<V: View, S: Second<V>>(&mut self, done: &Done<'_, V, S>) {
        if let Some(causes) = self.rows.get_mut(done.row) {
            note(causes, done.event, value(done.after));
        }
        for (_, text) in done.cells {
            if let Some(causes) = self.cells.get_mut(&**text) {
                let total = done.totals.get(text).ok().flatten();
                note(causes, done.event, value(total.as_deref()));
            }
        }
    }

    fn take(&mut self, asked: &Asked) -> Vec<Cause> {
        let causes = match asked {
            Asked::Row(key) => self.rows.get(key),
            Asked::Cell(key) => self.cells.get(key),
        };
        causes.cloned().unwrap_or_default()
    }
}

fn value<T: Serialize>(row: Option<&T>) -> Option<Value> {
    row.and_then(|row| serde_json::to_value(row).ok())
}

/// One event may reach a cell through several rows: it is one cause.
fn note<E>(causes: &mut Vec<Cause>, event: &Recorded<E>, after: Option<Value>) {
    if let Some(last) = causes.last_mut().filter(|last| last.position == event.position) {
        last.after = after;
        return;
    }
    if causes.last().map_or(after.is_none(), |last| last.after == after) {
        return;
    }
    causes.push(Cause {
        position: event.position,
        event_id: event.event_id.clone(),
        event_type: Arc::clone(&event.event_type),
        stream: event.stream.clone(),
        occurred_at: event.metadata.occurred_at,
        recorded_at: event.recorded_at,
        business_date: event.metadata.business_date,
        after,
    });
}
