//! How each store did on each day: orders, money, buyers, new members, coupons.
//!
//! Sums are kept per buyer first, because buyers are counted once a cell: whoever buys at two stores is one buyer of
//! the chain's day. So channels, stores and the chain have cells of their own, and only sums of money may be added up.

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
pub use view::StoreDashboard;
