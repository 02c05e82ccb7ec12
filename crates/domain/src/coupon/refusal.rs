//! Why a coupon says no.

use guanxi_kernel::{OrderId, Refusal, Timestamp};

/// Why a coupon says no.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CouponRefusal {
    /// No such coupon.
    #[error("there is no such coupon")]
    Unknown,
    /// The id is in use by another coupon.
    #[error("a coupon with this id was issued already, with other terms")]
    AlreadyIssued,
    /// Somebody else holds it.
    #[error("the coupon belongs to another member")]
    NotHolder,
    /// Too early.
    #[error("the coupon is valid from {0}")]
    NotYetValid(Timestamp),
    /// Too late.
    #[error("the coupon was valid until {0}")]
    Expired(Timestamp),
    /// Bound to another order.
    #[error("the coupon is reserved for order {0}")]
    Reserved(OrderId),
    /// Used up.
    #[error("the coupon has been redeemed{}", .0.as_ref().map_or_else(String::new, |order| format!(" by order {order}")))]
    AlreadyRedeemed(Option<OrderId>),
    /// That order has not used it up.
    #[error("the coupon was not redeemed by order {0}")]
    NotRedeemed(OrderId),
    /// Taken away.
    #[error("the coupon was taken away")]
    Revoked,
}

impl Refusal for CouponRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "coupon.unknown",
            Self::AlreadyIssued => "coupon.already_issued",
            Self::NotHolder => "coupon.not_holder",
            Self::NotYetValid(_) => "coupon.not_yet_valid",
            Self::Expired(_) => "coupon.expired",
            Self::Reserved(_) => "coupon.reserved",
            Self::AlreadyRedeemed(_) => "coupon.already_redeemed",
            Self::NotRedeemed(_) => "coupon.not_redeemed",
            Self::Revoked => "coupon.revoked",
        }
    }
}
