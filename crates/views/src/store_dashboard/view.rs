//! The folds: rows per person and cell, totals per cell.

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::{Change, ReportingView, Totals, View};
use guanxi_kernel::Recorded;

use super::cells::{Cell, parts};
use super::figures::{Figures, Total};
use super::reporting;

/// Orders, money, buyers, new members and coupons by store, day and channel.
#[derive(Debug)]
pub struct StoreDashboard;

impl View for StoreDashboard {
    const NAME: &'static str = "store_dashboard";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// A cell, and who bought: empty for nobody known.
    type Key = (Cell, String);
    type Row = Figures;

    fn keys(event: &Recorded<GuanxiEvent>) -> Vec<Self::Key> {
        let mut keys: Vec<_> = parts(event)
            .into_iter()
            .flat_map(|part| part.cells().map(|cell| (cell, part.who.clone())))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn evolve(key: &Self::Key, row: Option<Figures>, event: &Recorded<GuanxiEvent>) -> Option<Figures> {
        let mut figures = row.unwrap_or_default();
        for part in parts(event) {
            if part.who == key.1 && part.cells().contains(&key.0) {
                figures.add(&part.figures);
            }
        }
        Some(figures)
    }

    fn reporting() -> Vec<ReportingView> {
        reporting::views()
    }
}

impl Totals for StoreDashboard {
    type Cell = Cell;
    type Total = Total;

    fn cells(change: &Change<'_, Self>) -> Vec<Cell> {
        vec![change.key.0.clone()]
    }

    fn fold(_: &Cell, total: Option<Total>, change: &Change<'_, Self>) -> Option<Total> {
        let mut total = total.unwrap_or_default();
        let before = change.before.copied().unwrap_or_default();
        let after = change.after.copied().unwrap_or_default();
        total.figures.subtract(&before);
        total.figures.add(&after);
        if change.key.1.is_empty() {
            total.orders_without_member += after.orders - before.orders;
        } else {
            total.buyers += i64::from(after.orders > 0) - i64::from(before.orders > 0);
        }
        Some(total)
    }
}
