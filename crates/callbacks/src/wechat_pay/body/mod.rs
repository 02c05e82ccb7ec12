//! What is inside a notice, typed by family. What is not known is kept as it came.
//!
//! Fields that the documentation promises and that a rule would need are required; everything else is optional,
//! unknown fields are ignored, and every list of words is open.

pub mod coupon;
pub mod discount_card;
pub mod discount_card_v1;
pub mod mall;
pub mod member_card;
pub mod payment;
pub mod payscore;
pub mod person;
pub mod profit_sharing;
pub mod refund;
mod route;
#[cfg(test)]
mod samples;
pub mod wire;

pub use route::{Body, BodyError};
