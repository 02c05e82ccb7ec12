//! What was agreed.

use guanxi_kernel::{Channel, Fen, MemberId, StoreId, TimeZoneId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coupon::Funder;
use crate::ids::{CampaignId, CategoryId, CouponId, Sku};
use crate::order::commands::{GuideTerms, OrderKind};

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
    /// Until when it is to be paid; then its attempts are closed and it is called off.
    pub expires_at: Option<Timestamp>,
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
    /// What it took off each of them.
    #[serde(default)]
    pub covers_fen: Vec<Fen>,
    /// What the goods that it covers had to come to, after promotions and before coupons.
    #[serde(default)]
    pub threshold_fen: Option<Fen>,
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
