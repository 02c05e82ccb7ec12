//! What happens to a coupon.

use guanxi_kernel::{
    BusinessDate, Channel, Fen, MemberId, OrderId, StoreId, TimeZoneId, Timestamp, domain_events,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::{ReleaseReason, TransferReason};
use super::terms::{CouponTerms, Funder, ValidityWindow};
use crate::ids::CampaignId;

domain_events! {
    /// What happens to a coupon.
    pub enum CouponEvent {
        /// A member holds a new coupon.
        CouponIssued(CouponIssued) = "coupon.issued.v1",
        /// It is bound to an order and to no other until released.
        CouponReserved(CouponReserved) = "coupon.reserved.v1",
        /// It is free again.
        ReservationReleased(ReservationReleased) = "coupon.reservation_released.v1",
        /// Its order was paid before it was issued; it is used up once it is.
        RedemptionAwaited(RedemptionAwaited) = "coupon.redemption_awaited.v1",
        /// It is used up.
        CouponRedeemed(CouponRedeemed) = "coupon.redeemed.v1",
        /// An order that no longer held it was paid at its price, which is honoured.
        RedemptionMissed(RedemptionMissed) = "coupon.redemption_missed.v1",
        /// It came back, since its goods were refunded.
        CouponReturned(CouponReturned) = "coupon.returned.v1",
        /// Its time is over.
        CouponExpired(CouponExpired) = "coupon.expired.v1",
        /// It was taken away.
        CouponRevoked(CouponRevoked) = "coupon.revoked.v1",
        /// Another member holds it.
        CouponTransferred(CouponTransferred) = "coupon.transferred.v1",
    }
}

/// A member holds a new coupon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponIssued {
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who holds it.
    pub member_id: MemberId,
    /// What it is worth.
    pub terms: CouponTerms,
    /// When it may be reserved.
    pub validity: ValidityWindow,
    /// Through which channel it was claimed.
    pub channel: Option<Channel>,
    /// The campaign's zone, by whose calendar it expires.
    pub time_zone: TimeZoneId,
}

/// The coupon is bound to an order and to no other until released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponReserved {
    /// The order.
    pub order_id: OrderId,
    /// When, in the world.
    pub reserved_at: Timestamp,
}

/// The coupon is free again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReservationReleased {
    /// The order that held it.
    pub order_id: OrderId,
    /// Why.
    pub reason: ReleaseReason,
    /// First instant after its validity: it may have passed while the order held it.
    pub valid_until: Timestamp,
}

/// An order was paid at the coupon's price before the coupon itself was issued. The redemption follows the issue in
/// the same decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RedemptionAwaited {
    /// The paid order.
    pub order_id: OrderId,
    /// The campaign that gives the coupon, as the order names it.
    pub campaign_id: CampaignId,
    /// What the order was given.
    pub discount_fen: Option<Fen>,
    /// When the order became paid.
    pub redeemed_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// At which store.
    pub store_id: Option<StoreId>,
    /// Through which channel the order came.
    pub channel: Option<Channel>,
}

/// The coupon is used up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponRedeemed {
    /// The paid order; `null` where history knows the redemption and not the order.
    pub order_id: Option<OrderId>,
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who held it.
    pub member_id: MemberId,
    /// Whose money it was.
    pub funder: Funder,
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

/// An order was paid at the coupon's price although it had lost its reservation. The price is honoured. If the coupon
/// was free, `coupon.redeemed` follows in the same decision; else somebody else has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RedemptionMissed {
    /// The paid order.
    pub order_id: OrderId,
    /// The campaign that gave the coupon.
    pub campaign_id: CampaignId,
    /// What the order was given.
    pub discount_fen: Option<Fen>,
    /// Which order had or has the coupon instead; `null` if none.
    pub held_by: Option<OrderId>,
    /// When the order became paid.
    pub missed_at: Timestamp,
}

/// The coupon came back, since no line that it covered remains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponReturned {
    /// The order that had used it up.
    pub order_id: OrderId,
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who holds it again.
    pub member_id: MemberId,
    /// When the refund succeeded.
    pub returned_at: Timestamp,
    /// The day of that.
    pub business_date: BusinessDate,
    /// At which store.
    pub store_id: Option<StoreId>,
    /// Through which channel.
    pub channel: Option<Channel>,
    /// First instant after its validity.
    pub valid_until: Timestamp,
}

/// The coupon's time is over: it can never be reserved again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponExpired {
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who held it.
    pub member_id: MemberId,
    /// The end of its validity.
    pub expired_at: Timestamp,
    /// The day of that, by the campaign's calendar.
    pub business_date: BusinessDate,
}

/// The coupon was taken away: it can never be reserved again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponRevoked {
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who held it.
    pub member_id: MemberId,
    /// Why.
    pub reason: String,
    /// When, in the world.
    pub revoked_at: Timestamp,
}

/// Another member holds the coupon, with the same terms and validity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CouponTransferred {
    /// The campaign that gave it.
    pub campaign_id: CampaignId,
    /// Who held it.
    pub from: MemberId,
    /// Who holds it.
    pub to: MemberId,
    /// Why.
    pub reason: TransferReason,
    /// When, in the world.
    pub transferred_at: Timestamp,
}
