//! What can be asked of an order.

mod after_sale;
mod closing;
mod fulfilling;
mod instructing;
mod paying;
mod placing;
mod refunding;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use after_sale::{
    AfterSaleKind, ApproveAfterSale, ReceiveReturn, RejectAfterSale, RequestAfterSale, WithdrawAfterSale,
};
pub use closing::{AttemptRef, Cancel, ConfirmClosed, RequestClose};
pub use fulfilling::{CompletePickup, ConfirmReceipt, IssuePickupCode, Pieces, Ship};
pub use instructing::{
    InstructionNote, NoteInstruction, RequestQuery, close_number, query_number, refund_number,
};
pub use paying::{RecordPayment, RegisterPayment, Tender, attempt_key, transaction_key};
pub use placing::{
    Cart, CartCoupon, CartLine, GuideTerms, ImportedCoupon, ImportedLine, ImportedPrices, OrderKind, Place,
    Pricing,
};
pub use refunding::{RecordRefund, RefundScope, RefundStatus, RequestRefund, ThresholdPolicy, ThresholdRule};

/// All commands of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum OrderCommand {
    /// See [`Place`].
    Place(Box<Place>),
    /// See [`RegisterPayment`].
    RegisterPayment(RegisterPayment),
    /// See [`RecordPayment`].
    RecordPayment(RecordPayment),
    /// See [`RecordRefund`].
    RecordRefund(RecordRefund),
    /// See [`RequestClose`].
    RequestClose(RequestClose),
    /// See [`ConfirmClosed`].
    ConfirmClosed(ConfirmClosed),
    /// See [`Cancel`].
    Cancel(Cancel),
    /// See [`Ship`].
    Ship(Ship),
    /// See [`IssuePickupCode`].
    IssuePickupCode(IssuePickupCode),
    /// See [`CompletePickup`].
    CompletePickup(CompletePickup),
    /// See [`ConfirmReceipt`].
    ConfirmReceipt(ConfirmReceipt),
    /// See [`RequestAfterSale`].
    RequestAfterSale(RequestAfterSale),
    /// See [`ApproveAfterSale`].
    ApproveAfterSale(ApproveAfterSale),
    /// See [`RejectAfterSale`].
    RejectAfterSale(RejectAfterSale),
    /// See [`WithdrawAfterSale`].
    WithdrawAfterSale(WithdrawAfterSale),
    /// See [`ReceiveReturn`].
    ReceiveReturn(ReceiveReturn),
    /// See [`RequestQuery`].
    RequestQuery(RequestQuery),
    /// See [`NoteInstruction`].
    NoteInstruction(NoteInstruction),
    /// See [`RequestRefund`].
    RequestRefund(RequestRefund),
}
