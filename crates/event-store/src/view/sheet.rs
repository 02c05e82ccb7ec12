//! A table's rows in memory: what is known of it, and what a batch is about to change.
//!
//! What is remembered between batches is coherent because only the holder of the next checkpoint writes the table:
//! as long as our checkpoints go in, nobody else has written, and on any failure the sheet is emptied.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::canonical::{canonical, row_hash};
use super::remembered::Part;
use super::table::Writes;
use crate::follow::FollowError;

/// What a remembered row takes besides its JSON.
const BYTES_EACH: usize = 256;

pub(super) struct Sheet<R> {
    known: HashMap<Arc<str>, Known<R>>,
    changed: HashMap<Arc<str>, Changed<R>>,
    /// Rows that have left `known` to be changed in place.
    taken: Vec<Arc<str>>,
    /// What `known` takes, about.
    bytes: usize,
    /// The same of what `changed` holds, as it was before.
    changed_bytes: usize,
    part: Part,
    batch: u64,
}

struct Known<R> {
    /// The row, or why what is stored cannot be read.
    row: Result<Option<Arc<R>>, String>,
    hash: i64,
    /// Bytes of its JSON.
    size: usize,
    used: u64,
}

impl<R> Known<R> {
    /// Whether the table is known to have no such row; what it has, has text.
    fn is_absent(&self) -> bool {
        self.size == 0
    }
}

struct Changed<R> {
    row: Option<Arc<R>>,
    position: u64,
}

impl<R: Serialize + DeserializeOwned + Clone> Sheet<R> {
    pub(super) fn new() -> Self {
        Self {
            known: HashMap::new(),
            changed: HashMap::new(),
            taken: Vec::new(),
            bytes: 0,
            changed_bytes: 0,
            part: Part::default(),
            batch: 0,
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.changed.clear();
        self.taken.clear();
        self.bytes = 0;
        self.changed_bytes = 0;
        self.part = Part::default();
    }

    /// Forgets what the batch has changed so far; what it has taken must be read again.
    pub(super) fn undo(&mut self) {
        self.changed.clear();
        self.changed_bytes = 0;
        for key in self.taken.drain(..) {
            if let Some(known) = self.known.remove(&key) {
                self.bytes -= known.size + BYTES_EACH;
            }
        }
    }

    /// Those of the keys that must be read first. Marks the others as used.
    pub(super) fn missing<'a>(&mut self, keys: impl Iterator<Item = &'a Arc<str>>) -> Vec<String> {
        let mut missing = Vec::new();
        for key in keys {
            match self.known.get_mut(key) {
                Some(known) => known.used = self.batch,
                None => missing.push(key.to_string()),
            }
        }
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Takes in what was read; what was asked for and is not there is known to be absent.
    pub(super) fn admit(&mut self, asked: Vec<String>, stored: Vec<(String, String)>) {
        for key in asked {
            let absent = Known {
                row: Ok(None),
                hash: 0,
                size: 0,
                used: self.batch,
            };
            self.know(key.into(), absent);
        }
        for (key, text) in stored {
            let read = serde_json::from_str::<R>(&text)
                .map_err(|error| format!("the stored row is unreadable: {error}"));
            // The hash of what is stored, not of what it is read as: a row changed by hand shows in the checksum.
            let stored = serde_json::from_str::<Value>(&text).map_err(|error| error.to_string());
            let hash = stored
                .and_then(|value| canonical(&value))
                .map_or(0, |row| row_hash(&key, &row));
            let present = Known {
                row: read.map(|row| Some(Arc::new(row))),
                hash,
                size: text.len(),
                used: self.batch,
            };
            self.know(key.into(), present);
        }
    }

    fn know(&mut self, key: Arc<str>, known: Known<R>) {
        self.bytes += known.size + BYTES_EACH;
        if let Some(before) = self.known.insert(key, known) {
            self.bytes -= before.size + BYTES_EACH;
        }
    }

    /// The row as the batch has left it so far.
    pub(super) fn get(&self, key: &Arc<str>) -> Result<Option<Arc<R>>, String> {
        if let Some(changed) = self.changed.get(key) {
            return Ok(changed.row.clone());
        }
        self.known.get(key).map_or_else(
            || Err("the row was not loaded".to_owned()),
            |known| known.row.clone(),
        )
    }

    /// The same, giving up the sheet's own hold of it, so that it can be changed without a copy.
    pub(super) fn take(&mut self, key: &Arc<str>) -> Result<Option<Arc<R>>, String> {
        match self.changed.get_mut(key) {
            Some(changed) => Ok(changed.row.take()),
            None => {
                let Some(known) = self.known.get_mut(key) else {
                    return Err("the row was not loaded".to_owned());
                };
                if known.row.is_err() {
                    return known.row.clone();
                }
                self.taken.push(Arc::clone(key));
                std::mem::replace(&mut known.row, Err("the row is being changed".to_owned()))
            }
        }
    }

    pub(super) fn set(&mut self, key: &Arc<str>, row: Option<Arc<R>>, position: u64) {
        match self.changed.get_mut(key) {
            Some(changed) => *changed = Changed { row, position },
            None => {
                self.changed_bytes += BYTES_EACH + self.known.get(key).map_or(0, |known| known.size);
                self.changed.insert(Arc::clone(key), Changed { row, position });
            }
        }
    }

    /// How many rows have changed.
    pub(super) fn changed(&self) -> usize {
        self.changed.len()
    }

    /// How much of the sheet has changed, in bytes of JSON, about.
    pub(super) fn changed_bytes(&self) -> usize {
        self.changed_bytes
    }

    /// Puts something in place of every changed row that is there; after a failure the batch must be undone.
    pub(super) fn change_all(
        &mut self,
        mut change: impl FnMut(R) -> Result<R, String>,
    ) -> Result<(), String> {
        for changed in self.changed.values_mut() {
            if let Some(row) = changed.row.take() {
                changed.row = Some(Arc::new(change(Arc::unwrap_or_clone(row))?));
            }
        }
        Ok(())
    }

    /// What must be written: rows that are not what they were, the new ones first.
    pub(super) fn writes(&self) -> Result<Writes, FollowError> {
        let absent = |key: &&Arc<str>| self.known.get(*key).is_some_and(Known::is_absent);
        let (mut new, mut others): (Vec<_>, Vec<_>) = self.changed.keys().partition(absent);
        new.sort_unstable();
        others.sort_unstable();
        let mut writes = Writes::default();
        for key in new {
            self.write(key, &mut writes)?;
        }
        writes.new = writes.keys.len();
        for key in others {
            self.write(key, &mut writes)?;
        }
        Ok(writes)
    }

    fn write(&self, key: &Arc<str>, writes: &mut Writes) -> Result<(), FollowError> {
        let Some(changed) = self.changed.get(key) else {
            return Ok(());
        };
        let before = self.known.get(key).map_or(0, |known| known.hash);
        let Some(row) = &changed.row else {
            if before != 0 {
                writes.gone.push(key.to_string());
                writes.delta = writes.delta.wrapping_sub(before);
            }
            return Ok(());
        };
        let text = canonical(&**row).map_err(|reason| FollowError::Poison(format!("{key}: {reason}")))?;
        let hash = row_hash(key, &text);
        if hash != before {
            writes.delta = writes.delta.wrapping_add(hash).wrapping_sub(before);
            writes.keys.push(key.to_string());
            writes.rows.push(text);
            writes
                .positions
                .push(i64::try_from(changed.position).unwrap_or(i64::MAX));
            writes.hashes.push(hash);
        }
        Ok(())
    }

    /// Takes over what was committed.
    pub(super) fn settle(&mut self, writes: &Writes) {
        let written = writes.keys.iter().zip(&writes.rows).zip(&writes.hashes);
        let mut written: HashMap<&str, (usize, i64)> = written
            .map(|((key, row), hash)| (key.as_str(), (row.len(), *hash)))
            .collect();
        written.extend(writes.gone.iter().map(|key| (key.as_str(), (0, 0))));
        let changed: Vec<_> = self.changed.drain().collect();
        for (key, changed) in changed {
            let before = self
                .known
                .get(&key)
                .map_or((0, 0), |known| (known.size, known.hash));
            let (size, hash) = written.get(&*key).copied().unwrap_or(before);
            let known = Known {
                row: Ok(changed.row),
                hash,
                size,
                used: self.batch,
            };
            self.know(key, known);
        }
        self.taken.clear();
        self.changed_bytes = 0;
        self.batch += 1;
        if self.part.is_too_much(self.bytes) {
            self.forget_half();
        }
    }

    fn forget_half(&mut self) {
        let mut ages: Vec<u64> = self.known.values().map(|known| known.used).collect();
        let middle = ages.len() / 2;
        let oldest = *ages.select_nth_unstable(middle).1;
        self.known.retain(|_, known| known.used > oldest);
        self.bytes = self.known.values().map(|known| known.size + BYTES_EACH).sum();
    }
}

impl<R: Serialize> Sheet<R> {
    /// Every row that is there, as JSON.
    pub(super) fn into_values(self) -> BTreeMap<String, Value> {
        let present = self
            .changed
            .into_iter()
            .filter_map(|(key, changed)| Some((key, changed.row?)));
        present
            .filter_map(|(key, row)| Some((key.to_string(), serde_json::to_value(&*row).ok()?)))
            .collect()
    }
}
