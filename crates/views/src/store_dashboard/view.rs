//! The folds: sums per store, day and channel, and where each member bought; totals per cell follow from both.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::{Change, ReportingView, Totals, View};
use guanxi_kernel::{BusinessDate, Recorded};
use serde::{Deserialize, Serialize};

use super::cells::{Cell, Part, parts};
use super::figures::{Figures, Total};
use super::reporting;

/// Orders, money, buyers, new members and coupons by store, day and channel.
#[derive(Debug)]
pub struct StoreDashboard;

/// What a row of the first table is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The sums of a store's day in a channel.
    Sums(String, BusinessDate, String),
    /// Where a member bought on a day.
    Buyer(BusinessDate, String),
}

/// A row of the first table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// The sums.
    Sums(Figures),
    /// Stores, and at each its channels.
    Buyer(BTreeMap<String, BTreeSet<String>>),
}

impl View for StoreDashboard {
    const NAME: &'static str = "store_dashboard";
    const VERSION: u32 = 1;
    /// It hangs on the wall of a store, beside the till.
    const PACE: Duration = Duration::from_millis(5);
    type Event = GuanxiEvent;
    type Key = Key;
    type Row = Row;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<Key> {
        let parts = parts(event);
        let mut keys: Vec<Key> = parts.iter().map(sums_key).collect();
        keys.extend(parts.iter().filter_map(buyer_key));
        keys
    }

    fn evolve(&self, key: &Key, row: Option<Row>, event: &Recorded<GuanxiEvent>) -> Option<Row> {
        let parts = parts(event);
        match key {
            Key::Sums(..) => {
                let mut sums = row.as_ref().map_or_else(Figures::default, sums_of);
                let own = parts.iter().filter(|part| sums_key(part) == *key);
                own.for_each(|part| sums.add(&part.figures));
                Some(Row::Sums(sums))
            }
            Key::Buyer(..) => {
                let mut visits = match row {
                    Some(Row::Buyer(visits)) => visits,
                    _ => BTreeMap::new(),
                };
                for part in parts
                    .into_iter()
                    .filter(|part| buyer_key(part).as_ref() == Some(key))
                {
                    visits.entry(part.store).or_default().insert(part.channel);
                }
                Some(Row::Buyer(visits))
            }
        }
    }

    fn reporting(&self) -> Vec<ReportingView> {
        reporting::views()
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{totals} (key collate \"C\")",
            "{totals} ((key::jsonb ->> 0), (key::jsonb ->> 1), (key::jsonb ->> 2))",
        ]
    }
}

impl Totals for StoreDashboard {
    type Cell = Cell;
    type Total = Total;
    /// Sums count by their difference, and buyers where they were none before.
    const ADDS_UP: bool = true;

    fn cells(&self, change: &Change<'_, Self>) -> Vec<Cell> {
        match change.key {
            Key::Sums(store, date, channel) => vec![
                Cell::Channel(store.clone(), *date, channel.clone()),
                Cell::Store(store.clone(), *date),
                Cell::Chain(*date),
            ],
            Key::Buyer(date, _) => first_visits(*date, change),
        }
    }

    fn fold(&self, _: &Cell, total: Option<Total>, change: &Change<'_, Self>) -> Option<Total> {
        let mut total = total.unwrap_or_default();
        match change.after {
            Some(after @ Row::Sums(_)) => {
                total
                    .figures
                    .subtract(&change.before.map_or_else(Figures::default, sums_of));
                total.figures.add(&sums_of(after));
            }
            // Only the cells in which the member is new are asked.
            Some(Row::Buyer(_)) => total.buyers += 1,
            None => {}
        }
        Some(total)
    }
}

fn sums_key(part: &Part) -> Key {
    Key::Sums(part.store.clone(), part.date, part.channel.clone())
}

fn buyer_key(part: &Part) -> Option<Key> {
    part.buyer
        .as_ref()
        .map(|buyer| Key::Buyer(part.date, buyer.clone()))
}

fn sums_of(row: &Row) -> Figures {
    match row {
        Row::Sums(sums) => *sums,
        Row::Buyer(_) => Figures::default(),
    }
}

fn visits_of(row: &Row) -> Option<&BTreeMap<String, BTreeSet<String>>> {
    match row {
        Row::Buyer(visits) => Some(visits),
        Row::Sums(_) => None,
    }
}

/// The cells in which a member was no buyer before and is one now.
fn first_visits(date: BusinessDate, change: &Change<'_, StoreDashboard>) -> Vec<Cell> {
    let nowhere = BTreeMap::new();
    let before = change.before.and_then(visits_of).unwrap_or(&nowhere);
    let after = change.after.and_then(visits_of).unwrap_or(&nowhere);
    let mut cells = Vec::new();
    if before.is_empty() && !after.is_empty() {
        cells.push(Cell::Chain(date));
    }
    for (store, channels) in after {
        let known = before.get(store);
        if known.is_none() {
            cells.push(Cell::Store(store.clone(), date));
        }
        let new = channels
            .iter()
            .filter(|it| known.is_none_or(|known| !known.contains(*it)));
        cells.extend(new.map(|channel| Cell::Channel(store.clone(), date, channel.clone())));
    }
    cells
}
