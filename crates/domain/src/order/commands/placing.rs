//! Agreeing on an order.

use guanxi_kernel::{BasisPoints, Channel, Fen, GuideId, MemberId, StoreId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coupon::CouponTerms;
use crate::ids::{CampaignId, CategoryId, CouponId, Sku};

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
    /// Until when it is to be paid, if there is a limit.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
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
