//! The fold of a batch in memory, with every author's function behind a guard.

use std::sync::Arc;

use guanxi_kernel::Recorded;

use super::canonical::{canonical, key_text};
use super::second::Second;
use super::sheet::Sheet;
use super::{Change, View};
use crate::follow::guarded;

/// An event that concerns a key.
pub(super) struct Touch<'a, V: View> {
    pub(super) event: &'a Recorded<V::Event>,
    pub(super) key: V::Key,
    pub(super) text: Arc<str>,
}

/// What an event did to a row.
pub(super) struct Step<R> {
    pub(super) before: Option<Arc<R>>,
    pub(super) after: Option<Arc<R>>,
}

/// Cells with their keys in the table.
pub(super) type Cells<C> = Vec<(C, Arc<str>)>;

/// Cells as one change leaves them.
type Folded<'a, T> = Vec<(&'a Arc<str>, Option<Arc<T>>)>;

/// The keys that an event concerns, each once.
pub(super) fn touches<'a, V: View>(
    view: &V,
    event: &'a Recorded<V::Event>,
) -> Result<Vec<Touch<'a, V>>, String> {
    let mut found: Vec<Touch<'a, V>> = Vec::new();
    for key in guarded(|| view.keys(event))? {
        let text = key_text(&key)?;
        if found.iter().all(|other| *other.text != *text) {
            found.push(Touch {
                event,
                key,
                text: text.into(),
            });
        }
    }
    Ok(found)
}

/// Folds an event into its row. The row before stays known, and is what remains after a failure.
pub(super) fn step<V: View>(
    view: &V,
    touch: &Touch<'_, V>,
    rows: &mut Sheet<V::Row>,
) -> Result<Step<V::Row>, String> {
    let before = rows.get(&touch.text)?;
    let own = before.as_deref().cloned();
    let after = guarded(|| {
        let after = view.evolve(&touch.key, own, touch.event);
        after.map(|row| view.conclude(row))
    })?
    .map(Arc::new);
    rows.set(&touch.text, after.clone(), touch.event.position);
    Ok(Step { before, after })
}

/// Folds an event into its row in place; what follows from the row is left for [`conclude`].
pub(super) fn advance<V: View>(
    view: &V,
    touch: &Touch<'_, V>,
    rows: &mut Sheet<V::Row>,
) -> Result<(), String> {
    let own = rows.take(&touch.text)?.map(Arc::unwrap_or_clone);
    let after = guarded(|| view.evolve(&touch.key, own, touch.event))?;
    rows.set(&touch.text, after.map(Arc::new), touch.event.position);
    Ok(())
}

/// Puts in place what follows from one row that has changed, and gives it.
pub(super) fn conclude_one<V: View>(
    view: &V,
    touch: &Touch<'_, V>,
    rows: &mut Sheet<V::Row>,
) -> Result<Option<Arc<V::Row>>, String> {
    let own = rows.take(&touch.text)?.map(Arc::unwrap_or_clone);
    let after = own
        .map(|row| guarded(|| view.conclude(row)).map(Arc::new))
        .transpose()?;
    rows.set(&touch.text, after.clone(), touch.event.position);
    Ok(after)
}

/// Puts in place what follows from each row that has changed.
pub(super) fn conclude<V: View>(view: &V, rows: &mut Sheet<V::Row>) -> Result<(), String> {
    rows.change_all(|row| guarded(|| view.conclude(row)))
}

/// The cells that a step concerns.
pub(super) fn cells<V: View, S: Second<V>>(
    view: &V,
    touch: &Touch<'_, V>,
    step: &Step<V::Row>,
) -> Result<Cells<S::Cell>, String> {
    let change = change(touch, step);
    let cells = guarded(|| S::cells(view, &change))?;
    cells
        .into_iter()
        .map(|cell| key_text(&cell).map(|text| (cell, text.into())))
        .collect()
}

/// Folds a step into its cells: all of them or, on a failure, none.
pub(super) fn fold_cells<V: View, S: Second<V>>(
    view: &V,
    touch: &Touch<'_, V>,
    step: &Step<V::Row>,
    cells: &Cells<S::Cell>,
    totals: &mut Sheet<S::Total>,
    check: bool,
) -> Result<(), String> {
    let change = change(touch, step);
    let mut folded: Folded<'_, S::Total> = Vec::with_capacity(cells.len());
    for (cell, text) in cells {
        let earlier = folded
            .iter()
            .rev()
            .find(|(other, _)| *other == text)
            .map(|(_, total)| total.clone());
        let before = earlier.map_or_else(|| totals.get(text), Ok)?;
        let after = guarded(|| S::fold(view, cell, before.as_deref().cloned(), &change))?;
        if check {
            after.as_ref().map(canonical).transpose()?;
        }
        folded.push((text, after.map(Arc::new)));
    }
    for (text, total) in folded {
        totals.set(text, total, touch.event.position);
    }
    Ok(())
}

fn change<'a, V: View>(touch: &'a Touch<'_, V>, step: &'a Step<V::Row>) -> Change<'a, V> {
    Change {
        key: &touch.key,
        before: step.before.as_deref(),
        after: step.after.as_deref(),
        event: touch.event,
    }
}
