//! What outsiders may know of a coupon: its whole life.

use crate::coupon::CouponEvent;

pub(super) fn fields(event: &CouponEvent) -> &'static [&'static str] {
    match event {
        CouponEvent::CouponIssued(_) => &[
            "campaign_id",
            "member_id",
            "terms",
            "validity",
            "channel",
            "time_zone",
        ],
        CouponEvent::CouponReserved(_) => &["order_id", "reserved_at"],
        CouponEvent::ReservationReleased(_) => &["order_id", "reason", "valid_until"],
        CouponEvent::RedemptionAwaited(_) => &[
            "order_id",
            "campaign_id",
            "discount_fen",
            "redeemed_at",
            "business_date",
            "store_id",
            "channel",
        ],
        CouponEvent::CouponRedeemed(_) => &[
            "order_id",
            "campaign_id",
            "member_id",
            "funder",
            "discount_fen",
            "redeemed_at",
            "business_date",
            "store_id",
            "channel",
        ],
        CouponEvent::RedemptionMissed(_) => {
            &["order_id", "campaign_id", "discount_fen", "held_by", "missed_at"]
        }
        CouponEvent::CouponReturned(_) => &[
            "order_id",
            "campaign_id",
            "member_id",
            "returned_at",
            "business_date",
            "store_id",
            "channel",
            "valid_until",
        ],
        CouponEvent::CouponExpired(_) => &["campaign_id", "member_id", "expired_at", "business_date"],
        CouponEvent::CouponRevoked(_) => &["campaign_id", "member_id", "reason", "revoked_at"],
        CouponEvent::CouponTransferred(_) => &["campaign_id", "from", "to", "reason", "transferred_at"],
    }
}
