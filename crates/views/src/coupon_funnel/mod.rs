//! How far coupons get, from the claim to the till and back, by campaign and by the channel through which they were claimed.
//!
//! A row per coupon keeps what happened to it; the second table adds the rows up, so that each figure leads back to its
//! coupons and each coupon to its events.

mod query;
mod reporting;
mod steps;
mod view;

#[cfg(test)]
mod spec;

pub use query::{FunnelFilter, FunnelLine, query};
pub use steps::Steps;
pub use view::{CouponFunnel, CouponRow, CouponStanding};
