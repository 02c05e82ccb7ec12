//! A shop: reference data with dates from which it holds, kept as events so that replay needs nothing but the log.

mod decide;
mod events;
mod refusal;

#[cfg(test)]
mod scenarios;

pub use decide::{AmendStore, CloseStore, OpenStore, Store, StoreCommand, StoreState};
pub use events::{Ownership, StoreAmended, StoreClosed, StoreEvent, StoreOpened, StoreTerms};
pub use refusal::{DOCS, StoreRefusal};
