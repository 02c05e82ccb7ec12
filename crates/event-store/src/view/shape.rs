//! The traits that a view's author writes.

use std::time::Duration;

use guanxi_kernel::{EventSet, Recorded};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ReportingView;

/// A read model: rows by key, each a pure fold over the events that concern it.
///
/// Its rows lie in `views.<NAME>_v<VERSION>` with the columns `key text`, `row jsonb` and `position bigint` (the last
/// event that changed the row). Queries read the stable SQL view `views.<NAME>` with the same columns, which always
/// shows the version that is live, so a rebuild needs no word to them. A `String`-like key is stored as its text,
/// any other as its JSON, e.g. `["s-1","2026-03-01","counter"]`, whose parts SQL reads by `key::jsonb ->> 0`.
///
/// The functions take the view itself, so that rules may travel in it as data; most views are a unit struct.
///
/// All of them are total: what they cannot make sense of, they pass by. A panic is taken as poison, and the key is
/// parked.
pub trait View: Send + Sync + 'static {
    /// Stored name, lower case with underscores; also of its tables. Never renamed.
    const NAME: &'static str;
    /// Raised whenever a fold means something new; the engine then builds the new version beside the live one.
    const VERSION: u32;
    /// All events of the installation.
    type Event: EventSet;
    /// What a row is about.
    type Key: Serialize + DeserializeOwned + Ord + Clone + Send + Sync + 'static;
    /// A row. Its JSON must be a function of its value: no `HashMap` inside.
    type Row: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static;

    /// How long the view rests from the beginning of one batch to the next, while few events come and nobody waits for
    /// it: how old its rows may be, against what keeping them fresher costs all others.
    const PACE: Duration = Duration::from_millis(50);

    /// The version of this instance. Where rules travel in the instance, what they fold means something new with them:
    /// such a view works their version into this one.
    fn version(&self) -> u32 {
        Self::VERSION
    }

    /// The rows that an event concerns. Foreign events come too; a view that does not ask for them returns nothing.
    fn keys(&self, event: &Recorded<Self::Event>) -> Vec<Self::Key>;

    /// The row after the event; `None` before the first and where the row shall vanish.
    fn evolve(
        &self,
        key: &Self::Key,
        row: Option<Self::Row>,
        event: &Recorded<Self::Event>,
    ) -> Option<Self::Row>;

    /// What of a row only follows from the rest of it, put in place before anybody sees the row. Where many events of one
    /// row are folded at once this is done once behind the last of them, so what is dear to compute belongs here.
    ///
    /// Doing it again changes nothing, and [`evolve`](Self::evolve) does not read what it puts in place.
    fn conclude(&self, row: Self::Row) -> Self::Row {
        row
    }

    /// Plain SQL views for analysts over the tables of this view, in schema `reporting`.
    fn reporting(&self) -> Vec<ReportingView> {
        Vec::new()
    }

    /// Index definitions behind `create index on …`, e.g. `{rows} ((row ->> 'store_id'), position)`; `{rows}` and
    /// `{totals}` stand for the tables. They are made when the view has caught up; a row for which one fails is parked.
    fn indexes(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// The second table of a view: figures that follow from how rows changed, such as distinct buyers.
///
/// They lie in `views.<NAME>_v<VERSION>_totals` (`key`, `row`, `position`), readable under the stable name
/// `views.<NAME>_totals`. They are folded event by event in the transaction of the rows, so that a member who becomes
/// walk-in, ordinary and super in one batch is counted at each step. The fold should not depend on the order of
/// *different* rows' changes: a key that was parked and retried is folded late.
pub trait Totals: View {
    /// What a figure is about, e.g. store and day.
    type Cell: Serialize + DeserializeOwned + Ord + Clone + Send + Sync + 'static;
    /// The figures.
    type Total: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static;

    /// Whether changes add up: what cells are after a row went from one state to a second and on to a third is what they
    /// are after it went to the third at once, whatever the events were. Where many events of one row are folded at once,
    /// the cells are then folded once behind the last of them.
    const ADDS_UP: bool = false;

    /// The cells that a change of one row concerns.
    fn cells(&self, change: &Change<'_, Self>) -> Vec<Self::Cell>;

    /// A cell after the change.
    fn fold(
        &self,
        cell: &Self::Cell,
        total: Option<Self::Total>,
        change: &Change<'_, Self>,
    ) -> Option<Self::Total>;
}

/// What one event did to one row, or several in a row.
pub struct Change<'a, V: View + ?Sized> {
    /// The row's key.
    pub key: &'a V::Key,
    /// The row before the event.
    pub before: Option<&'a V::Row>,
    /// The row after it.
    pub after: Option<&'a V::Row>,
    /// The event; the last of them, where [changes add up](Totals::ADDS_UP).
    pub event: &'a Recorded<V::Event>,
}
