//! What a store says no to.

use guanxi_kernel::Refusal;

use crate::refusal::RefusalDoc;

/// A business "no" of a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreRefusal {
    /// Nothing was opened under this id.
    #[error("no store was opened under this id")]
    Unknown,
    /// It was opened, with other content.
    #[error("a store was opened under this id; amend it instead")]
    AlreadyOpen,
    /// It has closed.
    #[error("the store has closed")]
    AlreadyClosed,
    /// Terms may not change before the store opens, nor before a change that is already known.
    #[error("the change must lie behind {0}, from when the newest known terms hold")]
    NotLatest(String),
}

impl Refusal for StoreRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "store.unknown",
            Self::AlreadyOpen => "store.already_open",
            Self::AlreadyClosed => "store.already_closed",
            Self::NotLatest(_) => "store.not_latest",
        }
    }
}

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc {
        code: "store.unknown",
        title: "Unknown store",
        meaning: "No store was opened under this id.",
        action: "Open it first, or check the id.",
    },
    RefusalDoc {
        code: "store.already_open",
        title: "Store exists",
        meaning: "A store with other content was opened under this id.",
        action: "Amend the store, with the date from which the change holds.",
    },
    RefusalDoc {
        code: "store.already_closed",
        title: "Store closed",
        meaning: "The store has closed.",
        action: "Open a new store under a new id.",
    },
    RefusalDoc {
        code: "store.not_latest",
        title: "Change in the past of another",
        meaning: "Terms of a store are known from a later date on; inserting others before them would change history.",
        action: "Give a date behind the newest change.",
    },
];
