//! An order: what was agreed, and every fact about its money.
//!
//! Payments and refunds are facts. They are never turned down for coming late, twice, in the wrong order or in the
//! wrong amount; the order's status is a function of the set of facts, so that whatever a provider delivers in
//! whatever order ends in the same figures.

mod books;
mod commands;
mod decide;
mod events;
mod facts;
mod instructions;
mod pricing;
mod refusal;
mod state;

#[cfg(test)]
mod scenarios;

pub use commands::{
    Cancel, Cart, CartCoupon, CartLine, GuideTerms, ImportedCoupon, ImportedLine, ImportedPrices,
    OrderCommand, OrderKind, Place, Pricing, RecordPayment, RecordRefund, RefundStatus, RegisterPayment,
    Tender, attempt_key, transaction_key,
};
pub use decide::{ATTEMPT, Order, TRANSACTION};
pub use events::{
    AppliedCoupon, Cancelled, CloseRequested, LineKind, Mismatch, OrderEvent, OrderLine, Paid, PaidLine,
    PaymentCaptured, PaymentMismatched, PaymentRegistered, Placed, RefundAbnormal, RefundFailed, RefundLine,
    RefundReason, RefundRequested, RefundSucceeded, SurplusCaptured, Totals,
};
pub use refusal::{DOCS, OrderRefusal};
pub use state::{OrderState, OrderStatus};
