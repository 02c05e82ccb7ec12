//! What is remembered of a member for the rules: no more than they ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::member::{MemberEvent, TagSource, TouchpointKind};
use guanxi_domain::order::Paid;
use guanxi_kernel::Recorded;
use serde::{Deserialize, Serialize};

use super::rules::{Condition, TagRules};
use crate::history::{History, Picked};
use crate::rolling::Moment;

/// Contacts that are remembered, the latest first to stay.
const MOST_TOUCHES: usize = 200;

/// A member's facts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Becoming known, joining, buying.
    #[serde(flatten)]
    pub history: History,
    /// Contacts of the kinds that rules ask for, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<Touch>,
    /// Tags given by hand or by an outside rule engine, in the order of their being given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Given>,
}

/// A tag that somebody gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The tag.
    pub tag: Arc<str>,
    /// On whose word.
    pub by: TagSource,
    /// Since then.
    pub from: Moment,
    /// Until it was taken away, or given again on another word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// When.
    #[serde(flatten)]
    pub moment: Moment,
    /// Which kind.
    pub kind: TouchpointKind,
}

/// Which rules ask for which goods, so that a line is looked up and not compared.
#[derive(Debug, Default)]
pub(super) struct Asked {
    by_sku: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    by_category: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    kinds: Vec<TouchpointKind>,
}

/// The name under which a group of a rule picks goods.
pub(super) fn group(rule: &str, number: usize) -> Arc<str> {
    format!("{rule}/{number}").into()
}

impl Asked {
    pub(super) fn by(rules: &TagRules) -> Self {
        let mut asked = Self::default();
        for rule in &rules.tags {
            let id: Arc<str> = rule.id.as_str().into();
            match &rule.when {
                Condition::Sku { any_of, .. } => any_of.iter().for_each(|sku| asked.sku(sku.as_str(), &id)),
                Condition::Category { any_of, .. } => {
                    for category in any_of {
                        let by = asked.by_category.entry(category.as_str().into()).or_default();
                        by.push(Arc::clone(&id));
                    }
                }
                Condition::Together { each_of, .. } => {
                    for (number, skus) in each_of.iter().enumerate() {
                        let id = group(&rule.id, number);
                        skus.iter().for_each(|sku| asked.sku(sku.as_str(), &id));
                    }
                }
                Condition::Touched { kinds, .. } => asked.kinds.extend(kinds.iter().cloned()),
                _ => {}
            }
        }
        asked
    }

    fn sku(&mut self, sku: &str, by: &Arc<str>) {
        self.by_sku.entry(sku.into()).or_default().push(Arc::clone(by));
    }

    /// What rules ask for among the goods of an order.
    pub(super) fn pick(&self, paid: &Paid) -> Vec<Picked> {
        let mut picked = Vec::new();
        for line in &paid.lines {
            let by_sku = self.by_sku.get(line.sku.as_str());
            let category = line.category.as_ref();
            let by_category = category.and_then(|category| self.by_category.get(category.as_str()));
            for by in by_sku.into_iter().chain(by_category).flatten() {
                picked.push(Picked {
                    line_no: line.line_no,
                    by: Arc::clone(by),
                    pieces: line.quantity,
                });
            }
        }
        picked
    }

    /// Whether any rule asks for contacts of this kind.
    pub(super) fn touch(&self, kind: &TouchpointKind) -> bool {
        self.kinds.contains(kind)
    }
}

impl Facts {
    /// Takes in an event.
    pub(super) fn apply(&mut self, asked: &Asked, event: &Recorded<GuanxiEvent>) {
        let moment = Moment::fact(event.metadata.business_date, event.position);
        match event.own() {
            Some(GuanxiEvent::Member(MemberEvent::TouchpointRecorded(recorded))) => {
                let kind = recorded.touchpoint.kind.clone();
                self.touched(Touch { moment, kind });
            }
            Some(GuanxiEvent::Member(MemberEvent::TagAssigned(assigned))) => {
                self.end_given(&assigned.tag, moment);
                self.given.push(Given {
                    tag: assigned.tag.as_str().into(),
                    by: assigned.by.clone(),
                    from: moment,
                    until: None,
                });
            }
            Some(GuanxiEvent::Member(MemberEvent::TagRemoved(removed))) => {
                self.end_given(&removed.tag, moment);
            }
            _ => self.history.apply(event, |paid| asked.pick(paid)),
        }
        if self.history.erased.is_some() {
            self.forget();
        }
    }

    fn touched(&mut self, touch: Touch) {
        let at = self.touches.partition_point(|known| known.moment < touch.moment);
        self.touches.insert(at, touch);
        let forgotten = self.touches.len().saturating_sub(MOST_TOUCHES);
        self.touches.drain(..forgotten);
    }

    fn end_given(&mut self, tag: &str, at: Moment) {
        let held = |given: &&mut Given| &*given.tag == tag && given.until.is_none();
        self.given
            .iter_mut()
            .filter(held)
            .for_each(|given| given.until = Some(at));
    }

    /// Of whom is forgotten, nothing is remembered but that, so that later events change nothing either.
    fn forget(&mut self) {
        let erased = self.history.erased;
        *self = Self::default();
        self.history.erased = erased;
    }

    /// The last day of which anything is known.
    pub(super) fn last_day(&self) -> Option<guanxi_kernel::BusinessDate> {
        let touched = self.touches.last().map(|touch| touch.moment.day);
        let given = self
            .given
            .last()
            .map(|given| given.until.unwrap_or(given.from).day);
        self.history.last_day().max(touched).max(given)
    }
}
