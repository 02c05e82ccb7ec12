//! What may be asked of a coupon.

use guanxi_kernel::{BusinessDate, Channel, Fen, MemberId, OrderId, StoreId, TimeZoneId, Timestamp};
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
    /// Takes it away.
    RevokeCoupon(RevokeCoupon),
    /// Notes that its time is over.
    ExpireCoupon(ExpireCoupon),
    /// Gives it to another member.
    TransferCoupon(TransferCoupon),
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
    /// The campaign's zone, by whose calendar it expires.
    pub time_zone: TimeZoneId,
}

impl From<&CouponClaimed> for IssueCoupon {
    fn from(claimed: &CouponClaimed) -> Self {
        Self {
            campaign_id: claimed.campaign_id.clone(),
            member_id: claimed.member_id.clone(),
            terms: claimed.terms.clone(),
            validity: claimed.validity,
            channel: claimed.channel.clone(),
            time_zone: claimed.time_zone.clone(),
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
///
/// With a `campaign_id` it is a fact of an order that was priced with the coupon, and facts are never refused: if the
/// coupon is not the order's any more, the redemption was missed; if it has not been issued yet, it is awaited.
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
    /// The coupon's campaign as the paid order names it; `null` where somebody redeems at a till.
    #[serde(default)]
    pub campaign_id: Option<CampaignId>,
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

/// Takes a coupon away from its holder. One that an order relies on, or has used up, stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeCoupon {
    /// Why, for people. No personal data.
    pub reason: String,
    /// When, in the world.
    pub revoked_at: Timestamp,
}

/// Notes that a coupon's time is over. One that is reserved or used up is passed by: if it becomes free again, it is
/// asked again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpireCoupon {
    /// The instant that has come.
    pub expired_at: Timestamp,
}

/// Gives a coupon to another member. Terms and validity go with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferCoupon {
    /// Who gives it: the holder.
    pub from: MemberId,
    /// Who holds it from now on: the canonical id, aliases resolved.
    pub to: MemberId,
    /// Why.
    pub reason: TransferReason,
    /// When, in the world.
    pub transferred_at: Timestamp,
}

/// Why a coupon changes hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferReason {
    /// The holder gives it away; only while it is free and valid.
    Gift,
    /// Two members turned out to be one; a reservation goes with it.
    Merge,
    /// They turned out to be two after all.
    Unmerge,
}
