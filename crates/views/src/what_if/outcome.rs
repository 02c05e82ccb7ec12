//! What comes of a comparison.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::BusinessDate;
use serde::Serialize;

/// Everything that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `tags`, `funnel` or `loyalty`.
    pub rules: &'static str,
    /// Version of the rules in the file.
    pub version: u32,
    /// The position at which both were compared.
    pub position: u64,
    /// The day for which members are counted.
    pub on: BusinessDate,
    /// All members.
    pub members: u64,
    /// Members for whom anything changes, on that day or on another.
    pub would_change: u64,
    /// By tag or tier.
    pub by_name: BTreeMap<String, Tally>,
    /// The members who would change, in the order of their ids, as many as were asked for.
    pub changes: Vec<MemberChange>,
    /// The last of them, if there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Members left aside: their rows are parked, or (loyalty) they have to do with a merge.
    pub aside: Vec<String>,
}

/// How many have a tag, or are in a tier, on the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// By the live rules.
    pub now: u64,
    /// By the others.
    pub then: u64,
    /// Those who would come in.
    pub gained: u64,
    /// Those who would go.
    pub lost: u64,
    /// Those for whom it would begin or end on another day, or have other events behind it, the day itself aside.
    pub moved: u64,
}

/// What would change for one member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MemberChange {
    /// The member.
    pub member_id: String,
    /// Tags that they would have on the day, or the tier in which they would be.
    pub gained: Vec<String>,
    /// Tags that they would no longer have on the day, or the tier in which they would no longer be.
    pub lost: Vec<String>,
    /// What would be otherwise on other days.
    pub moved: Vec<String>,
}

/// What a row says: the names of the day, and for each name everything else about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub on_the_day: BTreeSet<String>,
    pub over_time: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    pub(super) fn new(rules: &'static str, version: u32, on: BusinessDate) -> Self {
        Self {
            rules,
            version,
            position: 0,
            on,
            members: 0,
            would_change: 0,
            by_name: BTreeMap::new(),
            changes: Vec::new(),
            next: None,
            aside: Vec::new(),
        }
    }

    /// Takes in a member, as they are and as they would be.
    pub(super) fn take(&mut self, member_id: String, now: &Said, then: &Said) {
        self.members += 1;
        let gained: Vec<String> = then.on_the_day.difference(&now.on_the_day).cloned().collect();
        let lost: Vec<String> = now.on_the_day.difference(&then.on_the_day).cloned().collect();
        let names: BTreeSet<&String> = now.over_time.keys().chain(then.over_time.keys()).collect();
        let moved = names.into_iter().filter(|name| {
            let changed = now.over_time.get(*name) != then.over_time.get(*name);
            changed && !gained.contains(name) && !lost.contains(name)
        });
        let moved: Vec<String> = moved.cloned().collect();
        now.on_the_day.iter().for_each(|name| self.tally(name).now += 1);
        then.on_the_day.iter().for_each(|name| self.tally(name).then += 1);
        gained.iter().for_each(|name| self.tally(name).gained += 1);
        lost.iter().for_each(|name| self.tally(name).lost += 1);
        moved.iter().for_each(|name| self.tally(name).moved += 1);
        if gained.is_empty() && lost.is_empty() && moved.is_empty() {
            return;
        }
        self.would_change += 1;
        self.changes.push(MemberChange {
            member_id,
            gained,
            lost,
            moved,
        });
    }

    fn tally(&mut self, name: &str) -> &mut Tally {
        self.by_name.entry(name.to_owned()).or_default()
    }

    /// Leaves of the list what was asked for.
    pub(super) fn cut(&mut self, after: Option<&str>, limit: usize) {
        self.changes.sort_by(|a, b| a.member_id.cmp(&b.member_id));
        if let Some(after) = after {
            self.changes.retain(|change| change.member_id.as_str() > after);
        }
        if self.changes.len() > limit {
            self.changes.truncate(limit);
            self.next = self.changes.last().map(|last| last.member_id.clone());
        }
    }
}
