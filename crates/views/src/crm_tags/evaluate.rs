//! From facts to tags: each rule by itself, each answer a list of spans.

use std::sync::Arc;

use guanxi_domain::member::TagSource;
use guanxi_kernel::{BusinessDate, Fen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Given, group};
use super::rules::{Condition, TagRule, TagRules};
use crate::history::Purchase;
use crate::rolling::{Evidence, Moment, Span, Sums, gaps, intersect, spans};

/// How long a span that has ended is kept, counted back from the member's last fact.
pub const HISTORY_DAYS: i32 = 400;

/// On whose word a member has a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The rules of this installation.
    Rules,
    /// A person. No rule takes it away.
    Hand,
    /// A rule engine beside this one.
    Outside,
}

/// A tag over a span of days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tag {
    /// The tag.
    pub tag: Arc<str>,
    /// On whose word.
    pub source: Source,
    /// The rule that gives it; absent for one given by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Arc<str>>,
    /// In which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_version: Option<u32>,
    /// First day.
    pub from: BusinessDate,
    /// The day on which it is gone; absent while nothing is known that would end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<BusinessDate>,
    /// The events behind it.
    pub evidence: Evidence,
}

impl Tag {
    /// Whether it is held on a day.
    #[must_use]
    pub fn holds_on(&self, day: BusinessDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// The tags that follow from facts.
pub(super) fn tags(rules: &TagRules, facts: &Facts) -> Vec<Tag> {
    let Some(last) = facts.last_day().filter(|_| facts.history.erased.is_none()) else {
        return Vec::new();
    };
    let bought: Vec<&Purchase> = facts.history.purchases.counted().collect();
    let remembers =
        |until: Option<BusinessDate>| until.is_none_or(|until| until > last.plus_days(-HISTORY_DAYS));
    let mut tags: Vec<Tag> = facts.given.iter().map(given).collect();
    tags.retain(|tag| remembers(tag.until) && tag.until != Some(tag.from));
    for rule in &rules.tags {
        let of_rule = days(satisfied(rule, facts, &bought));
        let remembered = of_rule
            .into_iter()
            .filter(|(_, until, _)| until.is_none_or(|until| until > last.plus_days(-HISTORY_DAYS)));
        tags.extend(remembered.map(|(from, until, evidence)| Tag {
            tag: rule.tag().into(),
            source: Source::Rules,
            rule: Some(rule.id.as_str().into()),
            rule_version: Some(rules.version),
            from,
            until,
            evidence,
        }));
    }
    tags
}

/// A tag that somebody gave. Its evidence is its being given, or what the outside engine has named.
fn given(given: &Given) -> Tag {
    let (source, rule, rule_version, evidence) = match &given.by {
        TagSource::Hand => (Source::Hand, None, None, vec![given.from.position]),
        TagSource::Rule {
            rule_id,
            rule_version,
            evidence,
        } => {
            let rule = Some(rule_id.as_str().into());
            (Source::Outside, rule, Some(*rule_version), evidence.clone())
        }
    };
    Tag {
        tag: Arc::clone(&given.tag),
        source,
        rule,
        rule_version,
        from: given.from.day,
        until: given.until.map(|until| until.day),
        evidence: Evidence::of(evidence),
    }
}

/// Spans in whole days: a day counts if something held on it that did not end on it; what then meets is one.
fn days(spans: Vec<Span>) -> Vec<(BusinessDate, Option<BusinessDate>, Evidence)> {
    let mut days: Vec<(BusinessDate, Option<BusinessDate>, Evidence)> = Vec::with_capacity(spans.len());
    for span in spans {
        let (from, until) = (span.from.day, span.until.map(|until| until.day));
        if until.is_some_and(|until| until <= from) {
            continue;
        }
        match days.last_mut() {
            Some((_, last, evidence)) if last.is_some_and(|last| from <= last) => {
                *last = until;
                *evidence = span.evidence;
            }
            _ => days.push((from, until, span.evidence)),
        }
    }
    days
}

fn satisfied(rule: &TagRule, facts: &Facts, bought: &[&Purchase]) -> Vec<Span> {
    let within = rule.when.within_days();
    let over = |sums: &dyn Fn(&Purchase) -> Option<Sums>, holds: &dyn Fn(&Sums) -> bool| {
        let facts = bought.iter().filter_map(|it| Some((it.moment(), sums(it)?)));
        spans(&facts.collect::<Vec<_>>(), within, holds)
    };
    match &rule.when {
        Condition::Sku { pieces, .. } | Condition::Category { pieces, .. } => {
            over(&|it| picked(it, &rule.id), &|sums| sums.pieces >= *pieces)
        }
        Condition::Together { each_of, .. } => {
            let of_group = |number| {
                let by = group(&rule.id, number);
                over(&|it| picked(it, &by), &|sums| sums.pieces >= 1)
            };
            let others = 1..each_of.len();
            others.fold(of_group(0), |both, number| intersect(&both, &of_group(number)))
        }
        Condition::PriceSensitive {
            discount_bp, orders, ..
        } => over(&|it| Some(shares(it)), &|sums| {
            sums.times >= *orders && reaches(sums.part_fen, sums.fen, *discount_bp)
        }),
        Condition::PromotionLoving {
            orders_bp, orders, ..
        } => over(&|it| Some(shares(it)), &|sums| {
            sums.times >= *orders && reaches(sums.special, sums.times, *orders_bp)
        }),
        Condition::Frequent { orders, .. } => over(&|it| Some(kept(it)), &|sums| sums.times >= *orders),
        Condition::HighValue { spent_fen, .. } => over(&|it| Some(kept(it)), &|sums| sums.fen >= spent_fen.0),
        Condition::Dormant { days } => {
            let moments: Vec<Moment> = bought.iter().map(|it| it.moment()).collect();
            gaps(&moments, *days)
        }
        Condition::New { days } => {
            let joined = facts.history.activated.iter().map(|joined| joined.moment);
            let span = |from: Moment| Span {
                from,
                until: Some(from.days_later(*days)),
                evidence: Evidence::of([from.position]),
            };
            joined.map(span).collect()
        }
        Condition::Touched { kinds, times, .. } => {
            let touches = facts.touches.iter().filter(|touch| kinds.contains(&touch.kind));
            let once = Sums {
                times: 1,
                ..Sums::default()
            };
            let touches: Vec<_> = touches.map(|touch| (touch.moment, once)).collect();
            spans(&touches, within, |sums| sums.times >= *times)
        }
    }
}

/// What an order has of the goods that a rule asks for; an order without them is no evidence.
fn picked(purchase: &Purchase, by: &str) -> Option<Sums> {
    let pieces = purchase.pieces(by);
    (pieces != 0).then(|| Sums {
        pieces,
        ..Sums::default()
    })
}

/// An order and what was kept of it.
fn kept(purchase: &Purchase) -> Sums {
    Sums {
        times: 1,
        fen: purchase.kept_fen().0,
        ..Sums::default()
    }
}

/// An order, its shelf price and what was taken off it.
fn shares(purchase: &Purchase) -> Sums {
    Sums {
        times: 1,
        special: i64::from(purchase.discount_fen > Fen::ZERO),
        fen: purchase.shelf_fen.0,
        part_fen: purchase.discount_fen.0,
        ..Sums::default()
    }
}

/// Whether a part reaches a share of a positive whole.
fn reaches(part: i64, whole: i64, share_bp: u32) -> bool {
    whole > 0 && i128::from(part) * 10_000 >= i128::from(whole) * i128::from(share_bp)
}
