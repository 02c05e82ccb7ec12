//! Every payment and refund that a provider told of, and whether it found its order.
//!
//! Money parked without an order is not GMV; it stays here until somebody claims it or explains it.

mod query;
mod view;

#[cfg(test)]
mod spec;

pub use query::{MoneyFilter, MoneyLine, query};
pub use view::{Money, MoneyKind, MoneyState, PaymentReconciliation};
