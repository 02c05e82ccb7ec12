//! What purchases reach, and what is said about it.

use guanxi_kernel::{BusinessDate, Fen, TimeZoneId};

use super::super::events::MemberEvent;
use super::super::merge::OrderPoints;
use super::super::points::Draft;
use super::events::{
    TierBasis, TierCause, TierDowngraded, TierGraceStarted, TierRetained, TierTerm, TierUpgraded,
};
use super::held::TierHeld;
use crate::loyalty::{Level, Programme};

/// Where and when a tier is judged.
pub(in crate::member) struct Judge<'a> {
    pub(in crate::member) programme: &'a Programme,
    pub(in crate::member) date: BusinessDate,
    pub(in crate::member) time_zone: &'a TimeZoneId,
}

/// What the purchases of a window reach.
pub(super) struct Reached<'a> {
    pub(super) level: &'a Level,
    pub(super) basis: TierBasis,
}

fn spent<'a>(orders: impl Iterator<Item = &'a OrderPoints>, from: BusinessDate, to: BusinessDate) -> Fen {
    orders
        .filter(|order| (from..=to).contains(&order.paid_on))
        .map(|order| order.base_fen.at_least(Fen::ZERO))
        .sum()
}

pub(super) fn reached<'a>(
    programme: &'a Programme,
    draft: &Draft,
    (from, to): (BusinessDate, BusinessDate),
) -> Option<Reached<'a>> {
    let spent_fen = spent(draft.state.ledger.orders.values(), from, to);
    let level = programme.reached(spent_fen)?;
    let basis = TierBasis {
        from,
        to,
        spent_fen,
        threshold_fen: level.threshold_fen,
    };
    Some(Reached { level, basis })
}

impl Judge<'_> {
    fn is_base(&self, level: &Level) -> bool {
        self.programme.base().is_some_and(|base| base.code == level.code)
    }

    /// What a held tier takes by this version of the programme; by the version it was reached under, if this one does
    /// not have it.
    pub(super) fn threshold(&self, held: Option<&TierHeld>) -> Fen {
        held.map_or(Fen::ZERO, |held| {
            self.programme
                .level(&held.tier)
                .map_or(held.basis.threshold_fen, |level| level.threshold_fen)
        })
    }

    pub(super) fn term(&self, draft: &Draft, reached: &Reached<'_>, until: BusinessDate) -> TierTerm {
        TierTerm {
            before: draft.state.tier.as_ref().map(|held| held.tier.clone()),
            tier: reached.level.code.clone(),
            until: (!self.is_base(reached.level)).then_some(until),
            grace_until: None,
            basis: reached.basis,
            programme_version: self.programme.version,
        }
    }

    pub(super) fn upgraded(&self, term: TierTerm, why: TierCause) -> MemberEvent {
        TierUpgraded {
            term,
            why,
            business_date: self.date,
            time_zone: self.time_zone.clone(),
        }
        .into()
    }

    pub(super) fn retained(&self, term: TierTerm, why: TierCause) -> MemberEvent {
        TierRetained {
            term,
            why,
            business_date: self.date,
            time_zone: self.time_zone.clone(),
        }
        .into()
    }

    pub(super) fn downgraded(&self, term: TierTerm, why: TierCause) -> MemberEvent {
        TierDowngraded {
            term,
            why,
            business_date: self.date,
            time_zone: self.time_zone.clone(),
        }
        .into()
    }

    pub(super) fn grace(
        &self,
        held: &TierHeld,
        basis: TierBasis,
        until: BusinessDate,
        why: TierCause,
    ) -> MemberEvent {
        let term = TierTerm {
            before: Some(held.tier.clone()),
            tier: held.tier.clone(),
            until: Some(held.until),
            grace_until: Some(until),
            basis: TierBasis {
                threshold_fen: self.threshold(Some(held)),
                ..basis
            },
            programme_version: self.programme.version,
        };
        TierGraceStarted {
            term,
            why,
            business_date: self.date,
            time_zone: self.time_zone.clone(),
        }
        .into()
    }
}
