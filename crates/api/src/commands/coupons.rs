//! Coupons outside of orders: a till that is no order system reserves and redeems by itself.

use guanxi_domain::coupon::{
    Coupon, CouponCommand, RedeemCoupon, ReleaseCoupon, ReserveCoupon, ReturnCoupon, RevokeCoupon,
    TransferCoupon,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(reserve::handle))
        .routes(routes!(release::handle))
        .routes(routes!(redeem::handle))
        .routes(routes!(give_back::handle))
        .routes(routes!(revoke::handle))
        .routes(routes!(transfer::handle))
}

endpoint!(
    reserve,
    "/v1/coupons/{id}/reserve",
    "coupons",
    ReserveCoupon,
    Coupon,
    CouponCommand::ReserveCoupon,
    "Binds a coupon to an order. Validity is judged here and never again."
);
endpoint!(
    release,
    "/v1/coupons/{id}/release",
    "coupons",
    ReleaseCoupon,
    Coupon,
    CouponCommand::ReleaseCoupon,
    "Frees a coupon from an order that will not be paid."
);
endpoint!(
    redeem,
    "/v1/coupons/{id}/redeem",
    "coupons",
    RedeemCoupon,
    Coupon,
    CouponCommand::RedeemCoupon,
    "Uses a coupon up."
);
endpoint!(
    give_back,
    "/v1/coupons/{id}/return",
    "coupons",
    ReturnCoupon,
    Coupon,
    CouponCommand::ReturnCoupon,
    "Gives a coupon back, because no line that it covered remains in its order."
);
endpoint!(
    revoke,
    "/v1/coupons/{id}/revoke",
    "coupons",
    RevokeCoupon,
    Coupon,
    CouponCommand::RevokeCoupon,
    "Takes a coupon away from its holder. One that an order relies on, or has used up, stays."
);
endpoint!(
    transfer,
    "/v1/coupons/{id}/transfer",
    "coupons",
    TransferCoupon,
    Coupon,
    CouponCommand::TransferCoupon,
    "Gives a coupon to another member, with its terms and validity."
);
