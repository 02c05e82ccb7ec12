//! What all views of a process remember between batches: one measure for all, since few of them have large rows.

use std::sync::atomic::{AtomicUsize, Ordering};

/// JSON of the rows that all sheets of a process remember at most, in bytes; beyond it, those with more than their share
/// forget what is longest unused. In memory rows take a few times as much.
const MOST: usize = 48 * 1024 * 1024;
/// A sheet with less forgets nothing, however much the others have.
const SHARE: usize = 2 * 1024 * 1024;

static REMEMBERED: AtomicUsize = AtomicUsize::new(0);

/// One sheet's part, in bytes; given up when it is dropped.
#[derive(Default)]
pub(super) struct Part(usize);

impl Part {
    /// Notes how much the sheet has now, and says whether it must forget some of it.
    pub(super) fn is_too_much(&mut self, bytes: usize) -> bool {
        self.set(bytes);
        bytes > SHARE && REMEMBERED.load(Ordering::Relaxed) > MOST
    }

    fn set(&mut self, bytes: usize) {
        REMEMBERED.fetch_add(bytes, Ordering::Relaxed);
        REMEMBERED.fetch_sub(self.0, Ordering::Relaxed);
        self.0 = bytes;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_part_is_too_much_only_while_all_together_are() {
        let (mut large, mut other) = (Part::default(), Part::default());
        assert!(!large.is_too_much(SHARE + 1));
        assert!(other.is_too_much(MOST));
        assert!(large.is_too_much(SHARE + 1));
        assert!(!large.is_too_much(SHARE), "a share is left to everybody");
        drop(other);
        assert!(!large.is_too_much(SHARE + 1));
    }
}
