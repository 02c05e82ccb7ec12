//! (being written)

pub mod view;

pub use view::{Change, Column, ReportingView, Totals, View};
