//! What can be asked of an order.

use guanxi_kernel::{BasisPoints, Channel, Fen, GuideId, MemberId, StoreId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coupon::CouponTerms;
use crate::ids::{
    CampaignId, CategoryId, CouponId, MerchantId, OutRefundNo, OutTradeNo, RefundId, Sku, TransactionId,
};

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
    /// See [`Cancel`].
    Cancel(Cancel),
}

/// How goods and customer meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// At the counter.
    Counter,
    /// Scanned and paid in the aisle.
    ScanAndBuy,
    /// In the brand's own mall, which takes the money.
    BrandMall,
    /// In the mall of one store.
    StoreMall,
    /// Written by a guide.
    GuideAssisted,
    /// At a styling visit in the customer's home.
    HomeStyling,
    /// Paid now, picked up later.
    PresalePickup,
    /// In a flash sale.
    FlashSale,
    /// With others.
    GroupBuy,
    /// Delivered again and again.
    PeriodicDelivery,
    /// Delivered at an agreed time.
    ScheduledDelivery,
    /// A service at an agreed time.
    ServiceBooking,
}

/// The guide who is credited, with the rate of this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuideTerms {
    /// Who.
    pub guide_id: GuideId,
    /// Commission on goods paid, in ten-thousandths.
    pub rate: BasisPoints,
}

/// Places an order. Prices, discounts, store, guide and rate are frozen by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// How it came about.
    pub kind: OrderKind,
    /// Through which channel.
    pub channel: Channel,
    /// Whose sale it is.
    pub store_id: StoreId,
    /// Time zone of the store at this moment.
    pub time_zone: TimeZoneId,
    /// When.
    pub placed_at: Timestamp,
    /// Who, if known.
    pub member_id: Option<MemberId>,
    /// Who is credited.
    pub guide: Option<GuideTerms>,
    /// What it costs.
    pub pricing: Pricing,
    /// A try-out that no figure counts.
    #[serde(default)]
    pub test: bool,
}

/// Where the amounts of an order come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// Our calculator allocates the discounts.
    Calculated(Cart),
    /// Another system has; every amount is kept as it says, also what looks wrong.
    Imported(ImportedPrices),
}

/// Goods and discounts, before allocation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cart {
    /// 1 to 500 lines.
    pub lines: Vec<CartLine>,
    /// Delivery, not discounted.
    #[serde(default)]
    pub freight_fen: Fen,
    /// Promotions off the whole order, one after the other.
    #[serde(default)]
    pub order_promotions_fen: Vec<Fen>,
    /// Coupons, reserved for this order, with their terms.
    #[serde(default)]
    pub coupons: Vec<CartCoupon>,
}

/// One kind of goods in a cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CartLine {
    /// What.
    pub sku: Sku,
    /// Category that coupons and tags go by.
    pub category: Option<CategoryId>,
    /// Pieces, at least 1.
    pub quantity: i64,
    /// Price of one piece.
    pub unit_price_fen: Fen,
    /// Off this line.
    #[serde(default)]
    pub line_promotion_fen: Fen,
}

/// A coupon as a fact of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CartCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
    /// What it gives.
    pub terms: CouponTerms,
}

/// Amounts as another system has computed them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedPrices {
    /// At least one line.
    pub lines: Vec<ImportedLine>,
    /// Delivery.
    #[serde(default)]
    pub freight_fen: Fen,
    /// Coupons that are known; coupon money on lines may exceed theirs.
    #[serde(default)]
    pub coupons: Vec<ImportedCoupon>,
}

/// A line as another system has it: quantities may be zero, coupons may exceed the price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedLine {
    /// What.
    pub sku: Sku,
    /// Category that coupons and tags go by.
    pub category: Option<CategoryId>,
    /// Pieces, or whatever the source counts.
    pub quantity: i64,
    /// Price on the shelf, all pieces.
    pub shelf_fen: Fen,
    /// Promotions on this line.
    pub promotion_fen: Fen,
    /// Coupon money that we give.
    pub own_coupon_fen: Fen,
    /// Coupon money that a manufacturer gives.
    pub manufacturer_coupon_fen: Fen,
}

/// A coupon that another system says was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportedCoupon {
    /// Which.
    pub coupon_id: CouponId,
    /// Of which campaign.
    pub campaign_id: CampaignId,
}

/// Announces an attempt to pay, before the customer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterPayment {
    /// `wechat`, `alipay` …
    pub provider: String,
    /// Who receives the money.
    pub mchid: MerchantId,
    /// Under which appid the customer pays.
    pub appid: Option<String>,
    /// Our number of the attempt.
    pub out_trade_no: OutTradeNo,
    /// What is asked for; several attempts may sum to the payable.
    pub amount_fen: Fen,
    /// Last moment to pay. It closes nothing.
    pub expires_at: Option<Timestamp>,
}

/// With what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    /// WeChat Pay.
    Wechat,
    /// Alipay.
    Alipay,
    /// A bank card at the till.
    Card,
    /// Cash.
    Cash,
    /// Stored value.
    Wallet,
    /// Loyalty points. What they paid earns nothing.
    Points,
    /// Nothing was to pay.
    None,
}

/// Records that money came. A fact: it is never refused for what it says, only when it contradicts itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordPayment {
    /// With what.
    pub tender: Tender,
    /// Who says so: `wechat`, `alipay`, or the till.
    pub provider: String,
    /// The provider's number of the payment.
    pub transaction_id: TransactionId,
    /// Who received it, where the provider says.
    pub mchid: Option<MerchantId>,
    /// The attempt, where there was one.
    pub out_trade_no: Option<OutTradeNo>,
    /// Order amount of the payment (`amount.total`): what is compared and counted.
    pub amount_fen: Fen,
    /// What the payer's account was charged; below `amount_fen` by the provider's coupons. Compared with nothing.
    pub payer_total_fen: Option<Fen>,
    /// When it succeeded, by the provider's clock.
    pub succeeded_at: Timestamp,
    /// Who paid, as far as the payer was recognised.
    pub member_id: Option<MemberId>,
}

/// What became of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// The money went back.
    Succeeded,
    /// It will not; the amount is free for another refund.
    Closed,
    /// The account cannot take it; somebody must act, and it may still succeed.
    Abnormal,
}

/// Records what became of a refund, asked for by us or not, known payment or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordRefund {
    /// Who says so.
    pub provider: String,
    /// The provider's number of the refund.
    pub refund_id: RefundId,
    /// Our number of it; the provider's back office makes its own.
    pub out_refund_no: OutRefundNo,
    /// The payment it belongs to.
    pub transaction_id: TransactionId,
    /// Who gave the money back.
    pub mchid: Option<MerchantId>,
    /// The attempt of the payment.
    pub out_trade_no: Option<OutTradeNo>,
    /// Order value given back (`amount.refund`).
    pub amount_fen: Fen,
    /// What the payer's account received.
    pub payer_refund_fen: Option<Fen>,
    /// What became of it.
    pub status: RefundStatus,
    /// When it succeeded.
    pub succeeded_at: Option<Timestamp>,
}

/// Calls an order off that nobody has paid for. Open attempts are to be closed at the provider by instruction; money
/// that comes all the same is recorded and given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cancel {
    /// Why, in a word: `customer`, `timeout`, `stock`.
    pub reason: String,
    /// When.
    pub cancelled_at: Timestamp,
}

/// The claim of an attempt: `mchid/out_trade_no`.
#[must_use]
pub fn attempt_key(mchid: &MerchantId, out_trade_no: &OutTradeNo) -> String {
    format!("{mchid}/{out_trade_no}")
}

/// The claim of a payment: `provider/transaction_id`.
#[must_use]
pub fn transaction_key(provider: &str, transaction_id: &TransactionId) -> String {
    format!("{provider}/{transaction_id}")
}
