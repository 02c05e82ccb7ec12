//! What the clients were told: kept by them, never read from the log.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A command that was answered 200.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// The Idempotency-Key.
    pub key: String,
    /// The log position that the answer named.
    pub position: u64,
}

/// Everything that clients know.
#[derive(Default)]
pub struct Record {
    /// Commands, once for each answer.
    pub commands: Mutex<Vec<Acknowledged>>,
    /// Orders whose payment notice was answered 200.
    pub paid: Mutex<Vec<u64>>,
    /// Answers that nobody may get, in words.
    pub wrong: Mutex<Vec<String>>,
    /// No new order begins.
    pub closing: AtomicBool,
    next: AtomicU64,
    answers: AtomicU64,
    retries: AtomicU64,
}

impl Record {
    /// The number of the next order, unless the shop is closing.
    pub fn next(&self) -> Option<u64> {
        (!self.closing.load(Ordering::Relaxed)).then(|| self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Orders that were begun.
    pub fn begun(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Answers so far, and requests that had to be repeated.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.answers.load(Ordering::Relaxed),
            self.retries.load(Ordering::Relaxed),
        )
    }

    /// A request got no answer, or one that says to come again.
    pub fn again(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// A command was acknowledged.
    pub fn acknowledged(&self, key: &str, position: u64) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        push(
            &self.commands,
            Acknowledged {
                key: key.to_owned(),
                position,
            },
        );
    }

    /// A notice was acknowledged.
    pub fn paid(&self, order: u64) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        push(&self.paid, order);
    }

    /// An answer that nobody may get.
    pub fn wrong(&self, what: String) {
        push(&self.wrong, what);
    }
}

fn push<T>(list: &Mutex<Vec<T>>, item: T) {
    list.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .push(item);
}

/// A copy of a list.
pub fn all<T: Clone>(list: &Mutex<Vec<T>>) -> Vec<T> {
    list.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone()
}
