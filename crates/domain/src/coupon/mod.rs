//! A coupon in somebody's hand: issued, reserved for an order, redeemed, given back.
//!
//! One stream per coupon, so of two racing redemptions one wins. Validity is judged once, at the reservation; from
//! then on the order may rely on it.

mod commands;
mod decide;
mod discount;
mod ending;
mod events;
mod pages;
mod redeeming;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;
mod terms;

pub use commands::{
    CouponCommand, ExpireCoupon, IssueCoupon, RedeemCoupon, ReleaseCoupon, ReleaseReason, ReserveCoupon,
    ReturnCoupon, RevokeCoupon, TransferCoupon, TransferReason,
};
pub use decide::Coupon;
pub use discount::{BelowThreshold, Goods};
pub use events::{
    CouponEvent, CouponExpired, CouponIssued, CouponRedeemed, CouponReserved, CouponReturned, CouponRevoked,
    CouponTransferred, RedemptionAwaited, RedemptionMissed, ReservationReleased,
};
pub use pages::DOCS;
pub use refusal::CouponRefusal;
pub use state::{CouponState, CouponStatus};
pub use terms::{CouponKind, CouponTerms, Funder, GoodsScope, Validity, ValidityWindow};
