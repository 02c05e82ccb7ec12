//! How each store did on each day: orders, money, buyers, new members, coupons.
//!
//! Sums are kept by store, day and channel, and beside them where each member bought on a day, because buyers are
//! counted once a cell: whoever buys at two stores is one buyer of the chain's day. So channels, stores and the chain
//! have cells of their own, and only sums may be added up. Freight is part of the shelf price and of what is paid, so
//! `paid = shelf - promotion - coupon` holds in every cell; it is also shown by itself.

mod cells;
mod figures;
mod query;
mod reporting;
mod view;

#[cfg(test)]
mod spec;

pub use cells::{Cell, UNATTRIBUTED};
pub use figures::{Figures, Total};
pub use query::{DashboardFilter, DashboardRow, Grain, query};
pub use view::{Key, Row, StoreDashboard};
