//! What outsiders may know of a coupon: its whole life.

use crate::coupon::CouponEvent;

pub(super) fn fields(event: &CouponEvent) -> &'static [&'static str] {
    match event {
        CouponEvent::CouponIssued(_) => &["campaign_id", "member_id", "terms", "validity", "channel"],
        CouponEvent::CouponReserved(_) => &["order_id", "reserved_at"],
        CouponEvent::ReservationReleased(_) => &["order_id", "reason"],
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
        ],
        CouponEvent::CouponExpired(_) => &["expired_at"],
    }
}
