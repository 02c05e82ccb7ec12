//! Read models: a question asked of the log, answered by a table.
//!
//! A view is two pure functions, [`View::keys`] and [`View::evolve`]; the engine does the rest: it loads the rows of a
//! batch, folds in memory, writes back under the checkpoint, parks what is poisoned, rebuilds beside the live version
//! and publishes SQL for analysts. A view that counts distinct things adds a second table by [`Totals`].

mod bulk;
mod canonical;
mod careful;
mod commit;
mod compare;
mod definition;
mod engine;
mod explain;
mod fold;
mod gather;
mod indexes;
mod publish;
mod rebuild;
mod registered;
mod remembered;
mod replay;
mod report;
mod reporting;
mod retire;
mod retry;
mod second;
mod second_fold;
mod shadow;
mod shape;
mod sheet;
mod table;

pub use canonical::{key_of, key_text};
pub use explain::{Asked, Cause, Explained};
pub use replay::{Replayed, Until};
pub use report::{RebuildError, RebuildOptions, RebuildProgress, RebuildReport};
pub use reporting::{Column, ReportingView};
pub use shadow::{Imagined, Pair, ShadowReport, imagine, shadow};
pub use shape::{Change, Totals, View};

pub(crate) use canonical::canonical;
pub(crate) use registered::{AnyView, Registered};
pub(crate) use second::{With, Without};
