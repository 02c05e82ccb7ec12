//! The folds: a row per member with the path; cells follow from how paths change.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::{Change, ReportingView, Totals, View};
use guanxi_kernel::Recorded;
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Total, parts};
use super::path::{Step, path};
use super::reporting;
use super::rules::FunnelRules;
use crate::history::History;
use crate::rules::view_version;

/// The funnel by one version of the rules.
#[derive(Debug)]
pub struct Funnel {
    rules: Arc<FunnelRules>,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunnelRow {
    /// The path, in order, also what is to come.
    pub steps: Vec<Step>,
    /// What it follows from.
    pub history: History,
}

impl Funnel {
    /// The funnel by these rules.
    #[must_use]
    pub fn new(rules: Arc<FunnelRules>) -> Self {
        Self { rules }
    }

    /// What a change of a path changes in cells.
    fn difference(&self, change: &Change<'_, Self>) -> BTreeMap<Cell, Total> {
        let (before, after) = (path_of(change.before), path_of(change.after));
        if before == after {
            return BTreeMap::new();
        }
        let mut difference = parts(&self.rules, after);
        for (cell, part) in parts(&self.rules, before) {
            difference.entry(cell).or_default().add(&part, -1);
        }
        difference.retain(|_, part| !part.is_empty());
        difference
    }
}

fn path_of(row: Option<&FunnelRow>) -> &[Step] {
    row.map_or(&[], |row| &row.steps)
}

impl View for Funnel {
    const NAME: &'static str = "funnel";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = FunnelRow;

    fn version(&self) -> u32 {
        view_version(Self::VERSION, self.rules.version)
    }

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        History::members_of(event)
    }

    fn evolve(&self, _: &String, row: Option<FunnelRow>, event: &Recorded<GuanxiEvent>) -> Option<FunnelRow> {
        let mut row = row.unwrap_or_default();
        row.history.apply(event, |_| Vec::new());
        Some(row)
    }

    fn conclude(&self, mut row: FunnelRow) -> FunnelRow {
        row.steps = path(&self.rules, &row.history);
        row
    }

    fn reporting(&self) -> Vec<ReportingView> {
        reporting::views()
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec!["{rows} (key collate \"C\")", "{totals} (key collate \"C\")"]
    }
}

impl Totals for Funnel {
    type Cell = Cell;
    type Total = Total;
    /// A change takes away what the path before it adds, and adds what the path behind it does.
    const ADDS_UP: bool = true;

    fn cells(&self, change: &Change<'_, Self>) -> Vec<Cell> {
        self.difference(change).into_keys().collect()
    }

    fn fold(&self, cell: &Cell, total: Option<Total>, change: &Change<'_, Self>) -> Option<Total> {
        let mut total = total.unwrap_or_default();
        if let Some(part) = self.difference(change).get(cell) {
            total.add(part, 1);
        }
        Some(total).filter(|total| !total.is_empty())
    }
}
