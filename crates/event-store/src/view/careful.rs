//! The careful way through a batch: event by event and key by key, so that poison is told from the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::View;
use super::commit::How;
use super::engine::ViewFollower;
use super::fold::{Touch, cells, fold_cells, step};
use super::second::Second;
use crate::follow::{Batch, Checkpoint, FollowError};

impl<V: View, S: Second<V>> ViewFollower<V, S> {
    /// Event by event and key by key; what is poisoned is parked, with those of its key behind it.
    pub(super) async fn careful(
        &mut self,
        batch: &Batch<V::Event>,
        from: &Checkpoint,
    ) -> Result<Checkpoint, FollowError> {
        let mut doomed: HashMap<String, String> = HashMap::new();
        loop {
            self.undo();
            let mut plan = self.plan(batch);
            let missing = self.rows.missing(plan.touches.iter().map(|touch| &touch.text));
            self.load_rows(missing).await?;
            let mut poisoned: HashSet<Arc<str>> = HashSet::new();
            for touch in &plan.touches {
                let position = touch.event.position;
                if poisoned.contains(&touch.text) {
                    plan.parking.add(&touch.text, position, None);
                } else if let Err(reason) = self.apply(touch, doomed.get(&*touch.text)).await? {
                    plan.parking.add(&touch.text, position, Some(reason));
                    poisoned.insert(Arc::clone(&touch.text));
                }
            }
            match self
                .commit(from, batch.last(), &plan.parking, How::Carefully)
                .await
            {
                Err(error) if error.is_data_fault() => doomed.extend(self.refused_rows(&error).await?),
                outcome => return outcome,
            }
        }
    }

    /// One event on one key, with its totals: all of it or, for a reason, nothing.
    pub(super) async fn apply(
        &mut self,
        touch: &Touch<'_, V>,
        doomed: Option<&String>,
    ) -> Result<Result<(), String>, FollowError> {
        if let Some(reason) = doomed {
            return Ok(Err(reason.clone()));
        }
        let before = match self.rows.get(&touch.text) {
            Ok(before) => before,
            Err(reason) => return Ok(Err(reason)),
        };
        let outcome = self.apply_guarded(touch).await;
        if !matches!(outcome, Ok(Ok(()))) {
            self.rows.set(&touch.text, before, touch.event.position);
        }
        outcome
    }

    async fn apply_guarded(&mut self, touch: &Touch<'_, V>) -> Result<Result<(), String>, FollowError> {
        let folded = step(&*self.view, touch, &mut self.rows).and_then(|done| {
            done.after
                .as_deref()
                .map(super::canonical::canonical)
                .transpose()?;
            let cells = cells::<V, S>(&self.view, touch, &done)?;
            Ok((done, cells))
        });
        let (done, cells) = match folded {
            Ok(folded) => folded,
            Err(reason) => return Ok(Err(reason)),
        };
        let missing = self.totals.missing(cells.iter().map(|(_, text)| text));
        self.load_totals(missing).await?;
        Ok(fold_cells::<V, S>(
            &self.view,
            touch,
            &done,
            &cells,
            &mut self.totals,
            true,
        ))
    }

    /// The rows of this batch that the database turns down, each tried alone.
    async fn refused_rows(&mut self, error: &FollowError) -> Result<HashMap<String, String>, FollowError> {
        let writes = self.rows.writes()?;
        let mut refused = HashMap::new();
        for (index, key) in writes.keys.iter().enumerate() {
            let mut trial = self.pool.begin().await?;
            match writes.only(index).attempt(&mut trial, &self.tables.rows).await {
                Err(error) if error.is_data_fault() => drop(refused.insert(key.clone(), error.to_string())),
                other => other?,
            }
            trial.rollback().await?;
        }
        if refused.is_empty() {
            return Err(FollowError::Fault(format!(
                "the rows can be written one by one, but not together: {error}"
            )));
        }
        Ok(refused)
    }
}
