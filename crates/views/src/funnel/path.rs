//! From facts to a member's path through the tiers.

use std::collections::BTreeSet;
use std::sync::Arc;

use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::{FunnelRules, TierRule};
use crate::history::{History, Home};
use crate::rolling::{Evidence, Moment, Span, Sums, intersect, lengthen, spans};

/// A moment at which a member's tier or home changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// When: the event that did it, or the start of a day on which a window has run out.
    #[serde(flatten)]
    pub moment: Moment,
    /// The tier from then on; absent while the member leads to another, and once they are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Arc<str>>,
    /// Where the member is at home from then on.
    #[serde(flatten)]
    pub home: Home,
    /// The events that counted for a tier that is entered, or had counted for one that is left.
    pub evidence: Evidence,
}

/// The step that is in force at the end of a day.
pub(super) fn on(steps: &[Step], day: BusinessDate) -> Option<&Step> {
    steps.iter().rev().find(|step| step.moment.day <= day)
}

/// The path that follows from facts.
pub(super) fn path(rules: &FunnelRules, history: &History) -> Vec<Step> {
    let Some(known) = history.known_since() else {
        return Vec::new();
    };
    let tiers: Vec<Vec<Span>> = rules
        .tiers
        .iter()
        .map(|tier| held(tier, history, known))
        .collect();
    let all = tiers.iter().flatten();
    let mut moments: BTreeSet<Moment> = all
        .flat_map(|span| [Some(span.from), span.until])
        .flatten()
        .collect();
    moments.extend(history.turns());
    moments.extend(history.erased);
    let mut steps: Vec<Step> = Vec::new();
    // The span that holds the tier, to tell why it was left.
    let mut holding: Option<(usize, &Span)> = None;
    for at in moments {
        if history.erased.is_some_and(|erased| erased <= at) {
            steps.extend(forgotten(steps.last(), at));
            break;
        }
        let Some(now) = highest(&tiers, at) else { continue };
        let tier = rules.tiers.get(now.0).filter(|_| !history.is_merged_at(at));
        let tier = tier.map(|tier| Arc::from(tier.id.as_str()));
        let home = history.home_at(at);
        let last = steps.last();
        let moved = last.is_none_or(|last| last.tier != tier);
        if moved || last.is_none_or(|last| last.home != home) {
            let because = holding.filter(|before| before.0 > now.0).unwrap_or(now);
            let evidence = if moved {
                because.1.evidence.clone()
            } else {
                Evidence::default()
            };
            steps.push(Step {
                moment: at,
                tier,
                home,
                evidence,
            });
        }
        holding = Some(now);
    }
    steps
}

/// When the conditions of a tier hold.
fn held(tier: &TierRule, history: &History, known: Moment) -> Vec<Span> {
    let since = |from: Moment| {
        vec![Span {
            from,
            until: None,
            evidence: Evidence::of([from.position]),
        }]
    };
    let joined = match &history.activated {
        _ if !tier.activated => since(known),
        Some(joined) => since(joined.moment),
        None => Vec::new(),
    };
    if !tier.counts() {
        return joined;
    }
    let orders = history.purchases.counted().map(|purchase| {
        let sums = Sums {
            times: 1,
            fen: purchase.kept_fen().0,
            ..Sums::default()
        };
        (purchase.moment(), sums)
    });
    let enough = spans(&orders.collect::<Vec<_>>(), tier.within_days, |sums| {
        tier.orders.is_none_or(|orders| sums.times >= orders)
            && tier.spent_fen.is_none_or(|spent| sums.fen >= spent.0)
    });
    let enough = lengthen(enough, tier.grace_days);
    if tier.activated {
        intersect(&enough, &joined)
    } else {
        enough
    }
}

/// The highest tier that is held at a moment.
fn highest(tiers: &[Vec<Span>], at: Moment) -> Option<(usize, &Span)> {
    let held = |spans: &'_ Vec<Span>| {
        spans
            .iter()
            .position(|span| span.from <= at && span.until.is_none_or(|until| at < until))
    };
    let mut ranked = tiers.iter().enumerate().rev();
    ranked.find_map(|(rank, spans)| held(spans).map(|index| (rank, &spans[index])))
}

fn forgotten(last: Option<&Step>, at: Moment) -> Option<Step> {
    last.map(|last| Step {
        moment: at,
        tier: None,
        home: last.home.clone(),
        evidence: Evidence::of([at.position]),
    })
}
