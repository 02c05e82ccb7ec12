//! What happens to an order.

use guanxi_kernel::{BusinessDate, Channel, Fen, MemberId, StoreId, TimeZoneId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::{GuideTerms, OrderKind, Tender};
use crate::coupon::Funder;
use crate::ids::{
    CampaignId, CategoryId, CouponId, MerchantId, OutRefundNo, OutTradeNo, RefundId, Sku, TransactionId,
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
    }
}

/// An order was placed. Nothing in it changes any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Placed {
    /// How it came about.
    pub kind: OrderKind,
    /// Through which channel.
    pub channel: Channel,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Time zone of the store then.
    pub time_zone: TimeZoneId,
    /// When.
    pub placed_at: Timestamp,
    /// Who, if known then.
    pub member_id: Option<MemberId>,
    /// Who is credited, at which rate.
    pub guide: Option<GuideTerms>,
    /// Goods with their amounts; freight is the last line, with no pieces.
    pub lines: Vec<OrderLine>,
    /// Coupons and what each gave.
    pub coupons: Vec<AppliedCoupon>,
    /// Sums over the lines.
    pub totals: Totals,
    /// Whether the amounts are another system's.
    pub imported: bool,
    /// A try-out that no figure counts.
    pub test: bool,
}

/// One line of an order. `payable = shelf − promotion − coupon`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderLine {
    /// From 1.
    pub line_no: u32,
    /// Goods or freight.
    pub kind: LineKind,
    /// What.
    pub sku: Sku,
    /// Category that coupons and tags go by.
    pub category: Option<CategoryId>,
    /// Pieces; 0 for freight.
    pub quantity: i64,
    /// Price on the shelf, all pieces.
    pub shelf_fen: Fen,
    /// Our promotions.
    pub promotion_fen: Fen,
    /// Coupons, whoever funds them.
    pub coupon_fen: Fen,
    /// What the customer pays for it.
    pub payable_fen: Fen,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Goods or a service.
    Goods,
    /// Delivery.
    Freight,
}

/// A coupon that an order used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// Whose money; unknown where another system does not say.
    pub funder: Option<Funder>,
    /// What it took off; unknown where another system does not say.
    pub discount_fen: Option<Fen>,
    /// The lines that it covers.
    pub covers: Vec<u32>,
}

/// Sums of an order. `payable = shelf − promotion − coupon`, freight included in shelf and payable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Prices on the shelf, with freight.
    pub shelf_fen: Fen,
    /// Our promotions.
    pub promotion_fen: Fen,
    /// Coupons, whoever funds them.
    pub coupon_fen: Fen,
    /// The part of `coupon_fen` that a manufacturer pays back to us.
    pub manufacturer_coupon_fen: Fen,
    /// Delivery, also in `shelf_fen` and `payable_fen`.
    pub freight_fen: Fen,
    /// What the customer is to pay.
    pub payable_fen: Fen,
    /// Pieces of goods.
    pub units: i64,
}

/// An attempt to pay was announced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRegistered {
    /// At which provider.
    pub provider: String,
    /// Who receives the money.
    pub mchid: MerchantId,
    /// Under which appid.
    pub appid: Option<String>,
    /// Our number of the attempt.
    pub out_trade_no: OutTradeNo,
    /// What is asked for.
    pub amount_fen: Fen,
    /// Last moment to pay.
    pub expires_at: Option<Timestamp>,
}

/// Money came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCaptured {
    /// With what.
    pub tender: Tender,
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub transaction_id: TransactionId,
    /// Who received it.
    pub mchid: Option<MerchantId>,
    /// The attempt.
    pub out_trade_no: Option<OutTradeNo>,
    /// What counts for the order.
    pub amount_fen: Fen,
    /// What the payer was charged.
    pub payer_total_fen: Option<Fen>,
    /// The part of `amount_fen` beyond what was still to pay; goes back.
    pub surplus_fen: Fen,
    /// When it succeeded.
    pub succeeded_at: Timestamp,
    /// Day of `succeeded_at` at the store.
    pub business_date: BusinessDate,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Through which channel.
    pub channel: Channel,
    /// Who paid.
    pub member_id: Option<MemberId>,
    /// A try-out.
    pub test: bool,
}

/// How a payment differs from what was announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// Another account received the money: it is not counted.
    Payee,
    /// Another amount than the attempt's: it is counted.
    Amount,
}

/// Money came that does not fit its attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentMismatched {
    /// How it differs.
    pub mismatch: Mismatch,
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub transaction_id: TransactionId,
    /// Who received it.
    pub mchid: Option<MerchantId>,
    /// The attempt.
    pub out_trade_no: Option<OutTradeNo>,
    /// What came.
    pub amount_fen: Fen,
    /// What was announced.
    pub announced_fen: Option<Fen>,
    /// When it succeeded.
    pub succeeded_at: Timestamp,
}

/// More came than was to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SurplusCaptured {
    /// Who says so.
    pub provider: String,
    /// The payment that went beyond.
    pub transaction_id: TransactionId,
    /// By how much.
    pub surplus_fen: Fen,
    /// Day of the payment at the store.
    pub business_date: BusinessDate,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Time zone of the store.
    pub time_zone: TimeZoneId,
    /// Whose order it is.
    pub member_id: Option<MemberId>,
    /// Who is credited, at which rate.
    pub guide: Option<GuideTerms>,
    /// What points and commission count after this, where the order was paid before: a refund that nobody had asked
    /// for and that was held against the sale turns out to be of this money. Else [`Paid`] says it.
    pub earning_base_fen: Option<Fen>,
    /// A try-out.
    pub test: bool,
}

/// What came reached what was to pay. Repeats what was frozen at placing, so that nobody needs another event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Paid {
    /// Latest success time among the payments that counted.
    pub paid_at: Timestamp,
    /// Day of `paid_at` at the store.
    pub business_date: BusinessDate,
    /// How the order came about.
    pub kind: OrderKind,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Through which channel.
    pub channel: Channel,
    /// Whose order it is: who placed it, else who paid.
    pub member_id: Option<MemberId>,
    /// Sums as placed.
    pub totals: Totals,
    /// Goods as placed, without their amounts.
    #[serde(default)]
    pub lines: Vec<PaidLine>,
    /// Coupons as placed.
    pub coupons: Vec<AppliedCoupon>,
    /// Who is credited, at which rate.
    pub guide: Option<GuideTerms>,
    /// Tenders that counted, in order.
    pub tenders: Vec<Tender>,
    /// Refunds that had succeeded before: money may go back before it is seen to come.
    pub refunded_before_fen: Fen,
    /// What points and commission count after this: goods paid less refunds, without freight and without the part that
    /// points have paid.
    pub earning_base_fen: Fen,
    /// Coupons of which no covered line remains, as all of it went back before.
    pub coupons_returned: Vec<CouponId>,
    /// Time zone of the store, as placed.
    pub time_zone: TimeZoneId,
    /// A try-out that no figure counts.
    pub test: bool,
}

/// Goods of a paid order. Who bought them may be known only now, so whoever asks what a member buys needs them here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaidLine {
    /// Which line.
    pub line_no: u32,
    /// What.
    pub sku: Sku,
    /// Category that tags go by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryId>,
    /// Pieces.
    pub quantity: i64,
}

/// An attempt shall be closed at the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloseRequested {
    /// At which provider.
    pub provider: String,
    /// Whose attempt.
    pub mchid: MerchantId,
    /// Which.
    pub out_trade_no: OutTradeNo,
}

/// The order was called off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cancelled {
    /// Why.
    pub reason: String,
    /// When.
    pub cancelled_at: Timestamp,
    /// Coupons to be released.
    pub coupons: Vec<CouponId>,
}

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

/// What a refund gives back of one line.
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
