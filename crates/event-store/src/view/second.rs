//! The second table of a view, where it has one.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Change, Totals, View};

/// What the engine folds beside the rows.
pub(crate) trait Second<V: View>: Send + Sync + 'static {
    /// Whether there is a second table at all.
    const EXISTS: bool;
    /// As [`Totals::ADDS_UP`].
    const ADDS_UP: bool;
    type Cell: Serialize + Send + Sync;
    type Total: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    fn cells(view: &V, change: &Change<'_, V>) -> Vec<Self::Cell>;
    fn fold(
        view: &V,
        cell: &Self::Cell,
        total: Option<Self::Total>,
        change: &Change<'_, V>,
    ) -> Option<Self::Total>;
}

/// A view without a second table.
pub(crate) struct Without;

/// A view with one.
pub(crate) struct With<V>(PhantomData<fn() -> V>);

impl<V: View> Second<V> for Without {
    const EXISTS: bool = false;
    const ADDS_UP: bool = false;
    type Cell = ();
    type Total = ();

    fn cells(_: &V, _: &Change<'_, V>) -> Vec<()> {
        Vec::new()
    }

    fn fold(_: &V, (): &(), total: Option<()>, _: &Change<'_, V>) -> Option<()> {
        total
    }
}

impl<V: Totals> Second<V> for With<V> {
    const EXISTS: bool = true;
    const ADDS_UP: bool = V::ADDS_UP;
    type Cell = V::Cell;
    type Total = V::Total;

    fn cells(view: &V, change: &Change<'_, V>) -> Vec<V::Cell> {
        view.cells(change)
    }

    fn fold(view: &V, cell: &V::Cell, total: Option<V::Total>, change: &Change<'_, V>) -> Option<V::Total> {
        view.fold(cell, total, change)
    }
}
