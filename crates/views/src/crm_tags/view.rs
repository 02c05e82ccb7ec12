//! The fold: a row per member, its facts and the tags that follow from them.

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::member::MemberEvent;
use guanxi_event_store::{ReportingView, View};
use guanxi_kernel::Recorded;
use serde::{Deserialize, Serialize};

use super::evaluate::{Tag, tags};
use super::facts::{Asked, Facts};
use super::reporting;
use super::rules::TagRules;
use crate::history::{History, Home};
use crate::rolling::Moment;
use crate::rules::view_version;

/// Tags of members by one version of the rules.
#[derive(Debug)]
pub struct CrmTags {
    rules: Arc<TagRules>,
    asked: Asked,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TagRow {
    /// Where the member is at home.
    pub home: Home,
    /// The member to whom this one leads since a merge. Its facts stay here; an answer about the survivor shows both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<Arc<str>>,
    /// Tags: one per rule and span of days, also those to come, and those that somebody gave.
    pub tags: Vec<Tag>,
    /// What they follow from.
    pub facts: Facts,
}

impl CrmTags {
    /// Tags by these rules.
    #[must_use]
    pub fn new(rules: Arc<TagRules>) -> Self {
        let asked = Asked::by(&rules);
        Self { rules, asked }
    }

    /// Whether an event of a member is a contact that rules ask for, or a tag that somebody gave or took away.
    fn concerns(&self, event: &Recorded<GuanxiEvent>) -> bool {
        match event.own() {
            Some(GuanxiEvent::Member(MemberEvent::TouchpointRecorded(it))) => {
                self.asked.touch(&it.touchpoint.kind)
            }
            Some(GuanxiEvent::Member(MemberEvent::TagAssigned(_) | MemberEvent::TagRemoved(_))) => true,
            _ => false,
        }
    }
}

impl View for CrmTags {
    const NAME: &'static str = "crm_tags";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = TagRow;

    fn version(&self) -> u32 {
        view_version(Self::VERSION, self.rules.version)
    }

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        if self.concerns(event) {
            return vec![event.stream.aggregate_id.to_string()];
        }
        History::members_of(event)
    }

    fn evolve(&self, _: &String, row: Option<TagRow>, event: &Recorded<GuanxiEvent>) -> Option<TagRow> {
        let mut row = row.unwrap_or_default();
        row.facts.apply(&self.asked, event);
        Some(row)
    }

    fn conclude(&self, mut row: TagRow) -> TagRow {
        row.merged_into = row.facts.history.survivor();
        row.tags = tags(&self.rules, &row.facts);
        if let Some(day) = row.facts.last_day() {
            row.home = row.facts.history.home_at(Moment::fact(day, u64::MAX));
        }
        row
    }

    fn reporting(&self) -> Vec<ReportingView> {
        reporting::views()
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} (key collate \"C\")",
            "{rows} ((row ->> 'merged_into')) where row ->> 'merged_into' is not null",
            "{rows} using gin ((row -> 'tags') jsonb_path_ops)",
        ]
    }
}
