//! What a path adds to which day of which store and channel.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_kernel::BusinessDate;
use serde::{Deserialize, Serialize};

use super::path::Step;
use super::rules::FunnelRules;
use crate::history::Home;

/// A store's day in one channel, store and channel being where the members are at home. Stored as a JSON array.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    into = "(String, String, BusinessDate)",
    try_from = "(String, String, BusinessDate)"
)]
pub struct Cell {
    /// Where.
    pub home: Home,
    /// When.
    pub date: BusinessDate,
}

/// The text is no cell.
#[derive(Debug, thiserror::Error)]
#[error("no cell of a funnel")]
pub struct NoCell;

impl From<Cell> for (String, String, BusinessDate) {
    fn from(cell: Cell) -> Self {
        (
            cell.home.store.as_ref().into(),
            cell.home.channel.as_ref().into(),
            cell.date,
        )
    }
}

impl TryFrom<(String, String, BusinessDate)> for Cell {
    type Error = NoCell;

    fn try_from((store, channel, date): (String, String, BusinessDate)) -> Result<Self, NoCell> {
        let home = Home {
            store: store.into(),
            channel: channel.into(),
        };
        Ok(Self { home, date })
    }
}

/// Numbers by tier, or by `from>to`; an empty name is "not in the funnel".
type Numbers = BTreeMap<String, i64>;

/// The changes of a cell. Those of one kind add up over stores, channels and days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Total {
    /// How many more (or fewer) are in a tier at the start of the day than at the start of the day before.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub members: Numbers,
    /// Moves from tier to tier on the day, each event by itself.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub moved: Numbers,
    /// How many more of those who are in the first tier at the start of the day will enter the second in time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub converting: Numbers,
}

impl Total {
    /// Adds others, or takes them away; what comes to nothing is left out.
    pub(super) fn add(&mut self, other: &Self, sign: i64) {
        combine(&mut self.members, &other.members, sign);
        combine(&mut self.moved, &other.moved, sign);
        combine(&mut self.converting, &other.converting, sign);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.moved.is_empty() && self.converting.is_empty()
    }
}

fn combine(own: &mut Numbers, others: &Numbers, sign: i64) {
    for (name, number) in others {
        add(own, name, sign * number);
    }
}

fn add(numbers: &mut Numbers, name: &str, number: i64) {
    let sum = numbers.get(name).copied().unwrap_or(0) + number;
    if sum == 0 {
        numbers.remove(name);
    } else {
        numbers.insert(name.to_owned(), sum);
    }
}

/// What a path adds to each cell.
pub(super) fn parts(rules: &FunnelRules, steps: &[Step]) -> BTreeMap<Cell, Total> {
    let mut parts = Parts(BTreeMap::new());
    let mut before: Option<&Arc<str>> = None;
    for (index, step) in steps.iter().enumerate() {
        if before != step.tier.as_ref() {
            let name = pair(before, step.tier.as_ref());
            add(&mut parts.at(&step.home, step.moment.day).moved, &name, 1);
            before = step.tier.as_ref();
        }
        let Some(tier) = &step.tier else { continue };
        let later = &steps[index + 1..];
        let from = step.moment.first_start();
        let until = later.first().map(|next| next.moment.first_start());
        if until.is_some_and(|until| until <= from) {
            continue;
        }
        add(&mut parts.at(&step.home, from).members, tier, 1);
        let Some(until) = until else { continue };
        add(&mut parts.at(&step.home, until).members, tier, -1);
        for (to, day) in entries(rules, tier, later) {
            let first = from.max(day.plus_days(-i32::try_from(rules.conversion_days).unwrap_or(i32::MAX)));
            if first < until {
                let name = pair(Some(tier), Some(to));
                add(&mut parts.at(&step.home, first).converting, &name, 1);
                add(&mut parts.at(&step.home, until).converting, &name, -1);
            }
        }
    }
    parts.0.retain(|_, part| !part.is_empty());
    parts.0
}

/// The first entry into each other tier, on the day of it: upwards into a higher one, downwards into a lower one.
fn entries<'a>(
    rules: &FunnelRules,
    tier: &Arc<str>,
    later: &'a [Step],
) -> BTreeMap<&'a Arc<str>, BusinessDate> {
    let rank = |tier: &Arc<str>| rules.rank(Some(tier));
    let mut entries = BTreeMap::new();
    let mut before = Some(tier);
    for step in later {
        if let (Some(left), Some(entered)) = (before, &step.tier)
            && left != entered
            && entered != tier
            && (rank(left) < rank(entered)) == (rank(tier) < rank(entered))
        {
            entries.entry(entered).or_insert(step.moment.day);
        }
        before = step.tier.as_ref();
    }
    entries
}

fn pair(from: Option<&Arc<str>>, to: Option<&Arc<str>>) -> String {
    let name = |tier: Option<&Arc<str>>| tier.map_or("", |tier| tier).to_owned();
    format!("{}>{}", name(from), name(to))
}

struct Parts(BTreeMap<Cell, Total>);

impl Parts {
    fn at(&mut self, home: &Home, date: BusinessDate) -> &mut Total {
        let home = home.clone();
        self.0.entry(Cell { home, date }).or_default()
    }
}
