//! What happens to an order.

mod after_sale;
mod closing;
mod fulfilling;
mod instructing;
mod paying;
mod placing;
mod refunding;

use guanxi_kernel::domain_events;

pub use after_sale::{
    AfterSaleApproved, AfterSaleRejected, AfterSaleRequested, AfterSaleWithdrawn, ReturnReceived,
};
pub use closing::{Cancelled, CloseRequested, Closed};
pub use fulfilling::{Completed, PickedUp, PickupCodeIssued, ReceiptConfirmed, Shipped};
pub use instructing::{InstructionNoted, QueryRequested};
pub use paying::{
    Mismatch, Paid, PaidLine, PaymentCaptured, PaymentMismatched, PaymentRegistered, SurplusCaptured,
};
pub use placing::{AppliedCoupon, LineKind, OrderLine, Placed, Totals};
pub use refunding::{
    RefundAbnormal, RefundAsk, RefundFailed, RefundLine, RefundReason, RefundRequested, RefundSucceeded,
};

domain_events! {
    /// What happens to an order.
    pub enum OrderEvent {
        /// It was placed.
        Placed(Placed) = "order.placed.v1",
        /// An attempt to pay was announced.
        PaymentRegistered(PaymentRegistered) = "order.payment_registered.v1",
        /// Money came.
        PaymentCaptured(PaymentCaptured) = "order.payment_captured.v1",
        /// Money came that does not fit what was announced.
        PaymentMismatched(PaymentMismatched) = "order.payment_mismatched.v1",
        /// More came than was to pay.
        SurplusCaptured(SurplusCaptured) = "order.surplus_captured.v1",
        /// What came reached what was to pay.
        Paid(Paid) = "order.paid.v1",
        /// An attempt shall be closed at the provider: an instruction to the payment service.
        CloseRequested(CloseRequested) = "order.close_requested.v1",
        /// An attempt is closed at the provider.
        Closed(Closed) = "order.closed.v1",
        /// It was called off.
        Cancelled(Cancelled) = "order.cancelled.v1",
        /// Money shall go back: an instruction to the payment service.
        RefundRequested(RefundRequested) = "order.refund_requested.v1",
        /// Money went back.
        RefundSucceeded(RefundSucceeded) = "order.refund_succeeded.v1",
        /// A refund was closed; its amount is free again.
        RefundFailed(RefundFailed) = "order.refund_failed.v1",
        /// A refund waits for somebody to act.
        RefundAbnormal(RefundAbnormal) = "order.refund_abnormal.v1",
        /// An attempt shall be looked up at the provider.
        QueryRequested(QueryRequested) = "order.query_requested.v1",
        /// The payment service said something of an instruction.
        InstructionNoted(InstructionNoted) = "order.instruction_noted.v1",
        /// Goods left for the customer.
        Shipped(Shipped) = "order.shipped.v1",
        /// The customer may fetch the goods.
        PickupCodeIssued(PickupCodeIssued) = "order.pickup_code_issued.v1",
        /// The customer fetched the goods.
        PickedUp(PickedUp) = "order.picked_up.v1",
        /// The customer has the parcels.
        ReceiptConfirmed(ReceiptConfirmed) = "order.receipt_confirmed.v1",
        /// All goods are with the customer.
        Completed(Completed) = "order.completed.v1",
        /// The customer wants money back.
        AfterSaleRequested(AfterSaleRequested) = "order.after_sale_requested.v1",
        /// It is granted.
        AfterSaleApproved(AfterSaleApproved) = "order.after_sale_approved.v1",
        /// It is not granted.
        AfterSaleRejected(AfterSaleRejected) = "order.after_sale_rejected.v1",
        /// The customer thought better of it.
        AfterSaleWithdrawn(AfterSaleWithdrawn) = "order.after_sale_withdrawn.v1",
        /// Goods came back.
        ReturnReceived(ReturnReceived) = "order.return_received.v1",
    }
}
