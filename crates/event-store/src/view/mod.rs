//! Read models: a question asked of the log, answered by a table.
//!
//! A view is two pure functions, [`View::keys`] and [`View::evolve`]; the engine does the rest: it loads the rows of a
//! batch, folds in memory, writes back under the checkpoint, parks what is poisoned, rebuilds beside the live version
//! and publishes SQL for analysts. A view that counts distinct things adds a second table by [`Totals`].

mod reporting;
mod shape;

pub use reporting::{Column, ReportingView};
pub use shape::{Change, Totals, View};
