//! Money that goes back.

use guanxi_kernel::{BusinessDate, Channel, Fen, MemberId, StoreId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AfterSaleId, CouponId, OutRefundNo, RefundId, RefundNo, TransactionId};
use crate::order::commands::{GuideTerms, RefundScope, Tender, ThresholdPolicy};

/// Why money shall go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// More came than was to pay.
    Surplus,
    /// It came for an order that was called off.
    AfterCancel,
    /// Somebody asked for it.
    Requested,
}

/// What a refund gives back of one line. Negative where the line now costs more, as a coupon's threshold is missed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundLine {
    /// Which line.
    pub line_no: u32,
    /// Pieces whose last fen this is; 0 for freight, and where only an amount is known.
    pub quantity: i64,
    /// Order value.
    pub amount_fen: Fen,
}

/// Money shall go back: an instruction with a fixed number, carried out once however often it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundRequested {
    /// Our number of the refund.
    pub out_refund_no: OutRefundNo,
    /// At which provider.
    pub provider: String,
    /// Of which payment.
    pub transaction_id: TransactionId,
    /// Order value to give back.
    pub amount_fen: Fen,
    /// Order amount of the payment, as the provider wants it repeated.
    pub payment_fen: Fen,
    /// Why.
    pub reason: RefundReason,
    /// With what the payment was made, and so what goes back: values never convert.
    pub tender: Tender,
    /// What it gives back of which line; empty for a surplus and for an order that was called off.
    pub lines: Vec<RefundLine>,
    /// What was asked for, where somebody did; repeated by every part that goes to another payment.
    pub ask: Option<RefundAsk>,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// Whose sale it is.
    pub store_id: StoreId,
}

/// What somebody asked for, and how it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundAsk {
    /// The number under which it was asked for.
    pub refund_no: RefundNo,
    /// What.
    pub scope: RefundScope,
    /// Why, in a word.
    pub reason: String,
    /// The after-sale that led to it.
    pub after_sale_id: Option<AfterSaleId>,
    /// Sum of all parts.
    pub total_fen: Fen,
    /// The rule for goods that fall below a coupon's threshold.
    pub threshold: ThresholdPolicy,
    /// Coupons whose goods fell below their threshold by it.
    pub below_threshold: Vec<CouponId>,
    /// The part of those coupons that was not given back.
    pub withheld_fen: Fen,
    /// When.
    pub requested_at: Timestamp,
}

/// Money went back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundSucceeded {
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub refund_id: RefundId,
    /// Our number, or the back office's.
    pub out_refund_no: OutRefundNo,
    /// Of which payment.
    pub transaction_id: TransactionId,
    /// Order value that went back.
    pub amount_fen: Fen,
    /// What the payer received.
    pub payer_refund_fen: Option<Fen>,
    /// When.
    pub succeeded_at: Timestamp,
    /// Day of `succeeded_at` at the store.
    pub business_date: BusinessDate,
    /// Day of the sale, if the order was paid then; else the later [`Paid`] counts it.
    pub sale_date: Option<BusinessDate>,
    /// Whether it gives back a surplus or money of a cancelled order, which no figure of sales counts.
    pub of_surplus: bool,
    /// Whose sale it was.
    pub store_id: StoreId,
    /// Through which channel.
    pub channel: Channel,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// Who is credited, at which rate.
    pub guide: Option<GuideTerms>,
    /// With what the payment was made, if it is known yet.
    pub tender: Option<Tender>,
    /// What it gives back of which line, where we asked for it; empty for a surplus, and where nobody asked us.
    pub lines: Vec<RefundLine>,
    /// Whether `lines` are an allocation by amount, as the refund was asked for without lines.
    pub allocated: bool,
    /// What points and commission count after this; zero for an order that is not paid.
    pub earning_base_fen: Fen,
    /// Coupons of a paid order of which a covered line remained before this, and none does now.
    pub coupons_returned: Vec<CouponId>,
    /// Time zone of the store, as placed.
    pub time_zone: TimeZoneId,
    /// A try-out.
    pub test: bool,
}

/// A refund was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundFailed {
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub refund_id: RefundId,
    /// Our number.
    pub out_refund_no: OutRefundNo,
    /// Of which payment.
    pub transaction_id: TransactionId,
    /// What will not go back.
    pub amount_fen: Fen,
}

/// A refund waits for somebody to act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefundAbnormal {
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub refund_id: RefundId,
    /// Our number.
    pub out_refund_no: OutRefundNo,
    /// Of which payment.
    pub transaction_id: TransactionId,
    /// What has not gone back yet.
    pub amount_fen: Fen,
}
