//! Everything about one member on one page: how known, tier, points with their lots, coupons, orders, guides, tags.
//!
//! No name and no number is in the row, only by what kinds of signs a person is known; names are opened when somebody
//! who may ask is answered. A row stays under the id that its events carry; who was merged into another is found at
//! the survivor, with the rows of both read together when the question is answered.

mod query;
mod view;

#[cfg(test)]
mod spec;

pub use query::{CouponShown, GuideShown, LotShown, MemberOverview, OrderShown, TagShown, get};
pub use view::{CouponHeld, GuideHeld, Member360, MemberRow, OrderMade};
