//! What may be asked of a coupon.

use guanxi_kernel::{BusinessDate, Channel, Fen, MemberId, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::terms::{CouponTerms, ValidityWindow};
use crate::campaign::CouponClaimed;
use crate::ids::CampaignId;

/// Everything that may be asked of a coupon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum CouponCommand {
    /// Begins its life.
    IssueCoupon(IssueCoupon),
    /// Binds it to an order.
    ReserveCoupon(ReserveCoupon),
    /// Frees it from an order.
    ReleaseCoupon(ReleaseCoupon),
    /// Uses it up.
    RedeemCoupon(RedeemCoupon),
    /// Gives it back.
    ReturnCoupon(ReturnCoupon),
}

/// Begins a coupon's life after it was claimed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueCoupon {
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who holds it.
    pub member_id: MemberId,
    /// What it is worth.
    pub terms: CouponTerms,
    /// When it may be reserved.
    pub validity: ValidityWindow,
    /// Through which channel it was claimed.
    #[serde(default)]
    pub channel: Option<Channel>,
}

impl From<&CouponClaimed> for IssueCoupon {
    fn from(claimed: &CouponClaimed) -> Self {
        Self {
            campaign_id: claimed.campaign_id.clone(),
            member_id: claimed.member_id.clone(),
            terms: claimed.terms.clone(),
            validity: claimed.validity,
            channel: claimed.channel.clone(),
        }
    }
}

/// Binds a coupon to an order before that is placed. Validity is judged here and never again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveCoupon {
    /// The order.
    pub order_id: OrderId,
    /// Who orders: the canonical id, aliases resolved. Only the holder may use a coupon.
    pub member_id: MemberId,
    /// When, in the world.
    pub reserved_at: Timestamp,
}

/// Frees a coupon from an order that will not be paid. An order that does not hold it changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseCoupon {
    /// The order.
    pub order_id: OrderId,
    /// Why.
    pub reason: ReleaseReason,
}

/// Why a reservation ends without a redemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The order was refused when it was placed.
    NotPlaced,
    /// The order was cancelled, its payment attempt closed.
    Cancelled,
    /// Somebody decided so.
    Manual,
}

/// Uses a coupon up, because the money of its order has come. Validity is not judged again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemCoupon {
    /// The paid order; `null` where history knows the redemption and not the order.
    pub order_id: Option<OrderId>,
    /// What it took off; `null` where history does not say.
    pub discount_fen: Option<Fen>,
    /// When the order became paid.
    pub redeemed_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// At which store; `null` where history does not say.
    pub store_id: Option<StoreId>,
    /// Through which channel the order came.
    pub channel: Option<Channel>,
}

/// Gives a coupon back, because no line that it covered remains in the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnCoupon {
    /// The order that used it up.
    pub order_id: OrderId,
    /// When the refund that took the last covered line succeeded.
    pub returned_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// At which store.
    pub store_id: Option<StoreId>,
    /// Through which channel.
    pub channel: Option<Channel>,
}
