//! Money that comes.

use guanxi_kernel::{BusinessDate, Channel, Fen, MemberId, StoreId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::placing::{AppliedCoupon, Totals};
use crate::ids::{CategoryId, CouponId, MerchantId, OutTradeNo, Sku, TransactionId};
use crate::order::commands::{GuideTerms, OrderKind, Tender};

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
    /// Why the order is to be called off all the same, if that was wanted and this does not pay it in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancels: Option<String>,
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
