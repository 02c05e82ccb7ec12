//! An order: what was agreed, and every fact about its money.
//!
//! Payments and refunds are facts. They are never turned down for coming late, twice, in the wrong order or in the
//! wrong amount; the order's status is a function of the set of facts, so that whatever a provider delivers in
//! whatever order ends in the same figures.

mod after_sale;
mod asking;
mod books;
mod closing;
mod commands;
mod decide;
mod delivery;
mod events;
mod evolve;
mod facts;
mod goods;
mod instructions;
mod noting;
mod pages;
mod parts;
mod pricing;
mod refunds;
mod refusal;
mod state;
mod status;
mod threshold;

#[cfg(test)]
mod scenarios;

pub use commands::{
    AfterSaleKind, ApproveAfterSale, AttemptRef, Cancel, Cart, CartCoupon, CartLine, CompletePickup,
    ConfirmClosed, ConfirmReceipt, GuideTerms, ImportedCoupon, ImportedLine, ImportedPrices, InstructionNote,
    IssuePickupCode, NoteInstruction, OrderCommand, OrderKind, Pieces, Place, Pricing, ReceiveReturn,
    RecordPayment, RecordRefund, RefundScope, RefundStatus, RegisterPayment, RejectAfterSale,
    RequestAfterSale, RequestClose, RequestQuery, RequestRefund, Ship, Tender, ThresholdPolicy,
    ThresholdRule, WithdrawAfterSale, attempt_key, close_number, query_number, refund_number,
    transaction_key,
};
pub use decide::{ATTEMPT, Order, TRANSACTION};
pub use events::{
    AfterSaleApproved, AfterSaleRejected, AfterSaleRequested, AfterSaleWithdrawn, AppliedCoupon, Cancelled,
    CloseRequested, Closed, Completed, InstructionNoted, LineKind, Mismatch, OrderEvent, OrderLine, Paid,
    PaidLine, PaymentCaptured, PaymentMismatched, PaymentRegistered, PickedUp, PickupCodeIssued, Placed,
    QueryRequested, ReceiptConfirmed, RefundAbnormal, RefundAsk, RefundFailed, RefundLine, RefundReason,
    RefundRequested, RefundSucceeded, ReturnReceived, Shipped, SurplusCaptured, Totals,
};
pub use goods::{AfterSale, AfterSaleStep, Delivery};
pub use pages::DOCS;
pub use refusal::OrderRefusal;
pub use state::{Asked, Attempt, OrderState, Payment, Refund};
pub use status::OrderStatus;
