//! The fold of a batch with a second table.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::View;
use super::engine::ViewFollower;
use super::fold::{Cells, Step, Touch, advance, cells, conclude_one, fold_cells, step};
use super::gather::Trouble;
use super::second::Second;

/// A change of a row, and the cells that it concerns.
type Fold<'a, 'e, V, S> = (
    &'a Touch<'e, V>,
    Step<<V as View>::Row>,
    Cells<<S as Second<V>>::Cell>,
);

/// What a row was before a batch, and which touch is its last.
type Run<V> = (Option<Arc<<V as View>::Row>>, usize);

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Step by step, since the totals count every one of them.
    pub(super) async fn fold_in_steps(&mut self, touches: &[Touch<'_, V>]) -> Result<(), Trouble> {
        let mut folds = Vec::with_capacity(touches.len());
        for touch in touches {
            let done = step(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
            self.concern(touch, done, &mut folds)?;
        }
        self.fold_totals(&folds).await
    }

    /// Each row by all its events of the batch, in place, then the totals by what came of it.
    pub(super) async fn fold_in_runs(&mut self, touches: &[Touch<'_, V>]) -> Result<(), Trouble> {
        let mut runs: HashMap<&str, Run<V>> = HashMap::new();
        for (number, touch) in touches.iter().enumerate() {
            match runs.entry(&*touch.text) {
                Entry::Occupied(mut run) => run.get_mut().1 = number,
                Entry::Vacant(run) => {
                    let before = self.rows.get(&touch.text).map_err(Trouble::Poison)?;
                    run.insert((before, number));
                }
            }
            advance(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
        }
        let mut runs: Vec<_> = runs.into_values().collect();
        runs.sort_unstable_by_key(|(_, last)| *last);
        let mut folds = Vec::with_capacity(runs.len());
        for (before, last) in runs {
            let touch = &touches[last];
            let after = conclude_one(&*self.view, touch, &mut self.rows).map_err(Trouble::Poison)?;
            self.concern(touch, Step { before, after }, &mut folds)?;
        }
        self.fold_totals(&folds).await
    }

    fn concern<'a, 'e>(
        &self,
        touch: &'a Touch<'e, V>,
        done: Step<V::Row>,
        folds: &mut Vec<Fold<'a, 'e, V, S>>,
    ) -> Result<(), Trouble> {
        let cells = cells::<V, S>(&self.view, touch, &done).map_err(Trouble::Poison)?;
        if !cells.is_empty() {
            folds.push((touch, done, cells));
        }
        Ok(())
    }

    async fn fold_totals(&mut self, folds: &[Fold<'_, '_, V, S>]) -> Result<(), Trouble> {
        let cells = folds.iter().flat_map(|(_, _, cells)| cells);
        let missing = self.totals.missing(cells.map(|(_, text)| text));
        self.load_totals(missing).await?;
        for (touch, done, cells) in folds {
            fold_cells::<V, S>(&self.view, touch, done, cells, &mut self.totals, false)
                .map_err(Trouble::Poison)?;
        }
        Ok(())
    }
}
