//! Spans of time with what supports them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Moment;

/// Positions that are listed at most; the number of all is kept beside them.
const LISTED: usize = 8;

/// The events behind a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Their log positions, the latest eight.
    pub positions: Vec<u64>,
    /// How many there are.
    pub count: u64,
}

/// From when until when something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From then.
    pub from: Moment,
    /// Until then, not included; `None` while nothing is known that would end it.
    pub until: Option<Moment>,
    /// The events behind it: those that counted when the last of them came.
    pub evidence: Evidence,
}

impl Evidence {
    /// The events at these positions, in any order.
    pub fn of(positions: impl IntoIterator<Item = u64>) -> Self {
        let mut positions: Vec<u64> = positions.into_iter().collect();
        positions.sort_unstable();
        positions.dedup();
        let count = positions.len() as u64;
        let first = positions.len().saturating_sub(LISTED);
        Self {
            positions: positions.split_off(first),
            count,
        }
    }

    /// Both together; where both are long, those listed twice are counted once as far as they are listed.
    fn and(&self, other: &Self) -> Self {
        let both = self.positions.iter().chain(&other.positions).copied();
        let listed = Self::of(both.clone());
        let repeated = both.count() as u64 - listed.count;
        Self {
            count: (self.count + other.count).saturating_sub(repeated),
            ..listed
        }
    }
}

/// When both hold. The spans of each are in order and apart.
pub(crate) fn intersect(one: &[Span], other: &[Span]) -> Vec<Span> {
    let mut both = Vec::new();
    for a in one {
        for b in other {
            let from = a.from.max(b.from);
            let until = match (a.until, b.until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            if until.is_none_or(|until| from < until) {
                both.push(Span {
                    from,
                    until,
                    evidence: a.evidence.and(&b.evidence),
                });
            }
        }
    }
    both
}

/// Every span so many days longer; those that then touch are one.
pub(crate) fn lengthen(spans: Vec<Span>, days: u32) -> Vec<Span> {
    let mut longer: Vec<Span> = Vec::with_capacity(spans.len());
    for mut span in spans {
        span.until = span.until.map(|until| until.days_later(days));
        match longer.last_mut() {
            Some(last) if last.until.is_none_or(|until| span.from <= until) => {
                last.until = match (last.until, span.until) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    _ => None,
                };
                last.evidence = span.evidence;
            }
            _ => longer.push(span),
        }
    }
    longer
}

/// The times without any of these facts, each beginning so many days after the last one.
pub(crate) fn gaps(facts: &[Moment], days: u32) -> Vec<Span> {
    let mut gaps = Vec::new();
    for (index, fact) in facts.iter().enumerate() {
        let from = fact.days_later(days);
        let until = facts.get(index + 1).copied();
        if until.is_none_or(|until| from < until) {
            gaps.push(Span {
                from,
                until,
                evidence: Evidence::of([fact.position]),
            });
        }
    }
    gaps
}
