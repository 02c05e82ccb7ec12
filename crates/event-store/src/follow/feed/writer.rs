//! Cutting the log for the views: done once, by whoever fills the topics.

use guanxi_kernel::EventSet;
use serde_json::value::RawValue;

use super::line::{Line, Part};
use crate::follow::checkpoint::signed;
use crate::follow::{Batch, FollowError, Loop};
use crate::read::COLUMNS;
use crate::stored::Stored;

/// Bytes of events in a record; well below what a broker takes by itself (1 MB), with room for one long event.
const RECORD: usize = 400_000;

/// What the topic of a view is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed {
    /// The view.
    pub view: &'static str,
    /// Records, in order. There is at least one, if only to say how far the log has come.
    pub records: Vec<Vec<u8>>,
}

impl<E: EventSet> Loop<E> {
    /// A batch of the log as the topics of the views carry it: each view gets the stored events that concern it, and
    /// the place that is reached.
    ///
    /// # Errors
    /// The database did not answer, or holds what cannot be read.
    pub async fn feed(&self, batch: &Batch<E>) -> Result<Vec<Fed>, FollowError> {
        // Read again, though they lie decoded in the batch: to keep the text of everything in the ring of every process
        // would cost all of them memory, for the one that feeds.
        let rows = sqlx::query(&format!(
            "select {COLUMNS} from log.events where position > $1 and position <= $2 order by position"
        ))
        .bind(signed(batch.after().position)?)
        .bind(signed(batch.last().position)?)
        .fetch_all(self.inner.store.pool())
        .await?;
        if rows.len() != batch.len() {
            return Err(FollowError::Discontinued {
                position: batch.after().position,
            });
        }
        let lines: Vec<Box<RawValue>> = rows.iter().map(text).collect::<Result<_, _>>()?;
        let views = self.inner.views.iter().map(|view| {
            let both = batch.events().zip(&lines);
            let chosen = both.filter(|(event, _)| view.concerns(event));
            Ok(Fed {
                view: view.name(),
                records: records(batch, view.version(), chosen.map(|(_, line)| &**line))?,
            })
        });
        views.collect()
    }
}

fn text(row: &sqlx::postgres::PgRow) -> Result<Box<RawValue>, FollowError> {
    let line = Line::of(&Stored::of(row)?)?;
    serde_json::value::to_raw_value(&line).map_err(unwritable)
}

fn records<'a, E>(
    batch: &Batch<E>,
    version: u32,
    lines: impl Iterator<Item = &'a RawValue>,
) -> Result<Vec<Vec<u8>>, FollowError> {
    let (mut cut, mut size) = (vec![Vec::new()], 0);
    for line in lines {
        if size >= RECORD {
            cut.push(Vec::new());
            size = 0;
        }
        size += line.get().len();
        if let Some(last) = cut.last_mut() {
            last.push(line);
        }
    }
    let parts = cut.len();
    let record = |(part, events)| {
        let part = Part {
            version,
            after: batch.after().into(),
            last: batch.last().into(),
            part,
            parts,
            events,
        };
        serde_json::to_vec(&part).map_err(unwritable)
    };
    cut.into_iter().enumerate().map(record).collect()
}

fn unwritable(error: serde_json::Error) -> FollowError {
    FollowError::Fault(format!("a run of the log cannot be written: {error}"))
}
