//! What must hold of one event after another. Pure: the rows are handed in.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

use aws_lc_rs::digest::{Context, SHA256};
use guanxi_kernel::StreamRef;

use super::finding::{BatchFault, Finding, Witness};
use super::hash::{Canonical, chain};
use super::{Checkpoint, Digest};

/// Above this many events of one batch the two that were swapped are not searched for: every pair must be tried.
const SEARCHED: usize = 600;

/// An event as stored.
pub(super) struct EventRow<'a> {
    pub position: u64,
    pub canonical: Canonical<'a>,
    pub hash: &'a [u8],
    pub recorded_at_us: i64,
}

/// A batch as stored.
#[derive(Debug, Clone)]
pub(super) struct BatchRow {
    pub last: u64,
    pub n: i32,
    pub root: Vec<u8>,
    pub chain: Vec<u8>,
    pub recorded_at_us: i64,
}

/// What was seen so far.
pub(super) struct Checker {
    position: u64,
    chain: [u8; 32],
    recorded_at_us: i64,
    batches_seen: u64,
    /// Events that a command has caused.
    commanded: u64,
    ahead: VecDeque<BatchRow>,
    hashes: Vec<[u8; 32]>,
    sequences: HashMap<u128, u64>,
    hashers: [RandomState; 2],
    checkpoints: VecDeque<Checkpoint>,
}

impl Checker {
    pub fn new(checkpoints: &[Checkpoint]) -> Self {
        let mut checkpoints = checkpoints.to_vec();
        checkpoints.sort_by_key(|checkpoint| checkpoint.position);
        Self {
            position: 0,
            chain: [0; 32],
            recorded_at_us: i64::MIN,
            batches_seen: 0,
            commanded: 0,
            ahead: VecDeque::new(),
            hashes: Vec::new(),
            sequences: HashMap::new(),
            hashers: [RandomState::new(), RandomState::new()],
            checkpoints: checkpoints.into(),
        }
    }

    /// The last position that was checked.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The chain at the end of the last whole batch.
    pub fn chain(&self) -> Digest {
        Digest(self.chain)
    }

    pub fn batches_seen(&self) -> u64 {
        self.batches_seen
    }

    pub fn streams(&self) -> u64 {
        self.sequences.len() as u64
    }

    pub fn expect(&mut self, batches: impl IntoIterator<Item = BatchRow>) {
        self.ahead.extend(batches);
    }

    /// Looks at the next event.
    pub fn event(&mut self, event: &EventRow<'_>) -> Result<(), Finding> {
        let position = self.position + 1;
        if event.position != position {
            return Err(Finding::Missing { position });
        }
        let hash = event.canonical.hash();
        if event.hash != hash {
            return Err(Finding::Changed { position });
        }
        self.sequence(position, &event.canonical)?;
        let Some(batch) = self.ahead.front() else {
            return Err(Finding::Unbound { position });
        };
        let last = batch.last;
        if self.hashes.is_empty() && position + u64::from(batch.n.unsigned_abs()) != last + 1 {
            return Err(Finding::Batch {
                position,
                last,
                reason: BatchFault::Numbers,
            });
        }
        if event.recorded_at_us != batch.recorded_at_us {
            return Err(Finding::Misplaced { position, last });
        }
        self.hashes.push(hash);
        self.position = position;
        self.commanded += u64::from(event.canonical.command_id.is_some());
        if position == last {
            self.end_of_batch()
        } else {
            Ok(())
        }
    }

    /// Looks at what only shows at the end: whether somebody knows of more. `answered` is how many events the answers to
    /// commands tell of.
    pub fn end(&mut self, answered: u64) -> Result<(), Finding> {
        let position = self.position + 1;
        if let Some(batch) = self.ahead.front() {
            return Err(Finding::Batch {
                position,
                last: batch.last,
                reason: BatchFault::Numbers,
            });
        }
        if let Some(checkpoint) = self.checkpoints.back() {
            return Err(Finding::Cut {
                position,
                known: checkpoint.position,
                witness: Witness::Checkpoint,
            });
        }
        if answered > self.commanded {
            return Err(Finding::Cut {
                position,
                known: self.position + answered - self.commanded,
                witness: Witness::Answer,
            });
        }
        Ok(())
    }

    fn sequence(&mut self, position: u64, event: &Canonical<'_>) -> Result<(), Finding> {
        // Two keyed hashes stand for the stream: a log may have more streams than names fit into memory.
        let [high, low] = &self.hashers;
        let stream = (event.aggregate_type, event.aggregate_id);
        let key = (u128::from(high.hash_one(stream)) << 64) | u128::from(low.hash_one(stream));
        let before = self.sequences.entry(key).or_default();
        if event.sequence != *before + 1 {
            return Err(Finding::OutOfSequence {
                position,
                stream: StreamRef::new(event.aggregate_type, event.aggregate_id),
                before: *before,
                found: event.sequence,
            });
        }
        *before = event.sequence;
        Ok(())
    }

    fn end_of_batch(&mut self) -> Result<(), Finding> {
        let Some(batch) = self.ahead.pop_front() else {
            return Ok(());
        };
        let hashes = std::mem::take(&mut self.hashes);
        let position = batch.last + 1 - hashes.len() as u64;
        let fault = |reason| Finding::Batch {
            position,
            last: batch.last,
            reason,
        };
        let root = root(hashes.iter());
        if batch.root != root {
            return Err(match swapped(hashes, &batch.root) {
                Some((first, second)) => Finding::Swapped {
                    position: position + first as u64,
                    with: position + second as u64,
                },
                None => fault(BatchFault::Root),
            });
        }
        if batch.recorded_at_us < self.recorded_at_us {
            return Err(fault(BatchFault::Time));
        }
        let last = i64::try_from(batch.last).unwrap_or(i64::MAX);
        self.chain = chain(&self.chain, last, batch.n, batch.recorded_at_us, &root);
        if batch.chain != self.chain {
            return Err(fault(BatchFault::Chain));
        }
        self.recorded_at_us = batch.recorded_at_us;
        self.batches_seen += 1;
        while let Some(checkpoint) = self
            .checkpoints
            .front()
            .filter(|next| next.position <= batch.last)
        {
            if checkpoint.position != batch.last || checkpoint.chain.0 != self.chain {
                return Err(Finding::Rewritten {
                    position: checkpoint.position,
                    recorded_at: checkpoint.recorded_at.to_string(),
                });
            }
            self.checkpoints.pop_front();
        }
        Ok(())
    }
}

/// SHA-256 over hashes in order.
pub(super) fn root<'a>(hashes: impl Iterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    hashes.for_each(|hash| context.update(hash));
    let mut root = [0; 32];
    root.copy_from_slice(context.finish().as_ref());
    root
}

/// Which two events must change places to give the root.
fn swapped(mut hashes: Vec<[u8; 32]>, wanted: &[u8]) -> Option<(usize, usize)> {
    if hashes.len() > SEARCHED {
        return None;
    }
    for first in 0..hashes.len() {
        for second in first + 1..hashes.len() {
            hashes.swap(first, second);
            if root(hashes.iter()) == wanted {
                return Some((first, second));
            }
            hashes.swap(first, second);
        }
    }
    None
}
