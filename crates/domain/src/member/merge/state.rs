//! What a survivor remembers of a merge, for the way back.

use guanxi_kernel::{BusinessDate, MemberId, OrderId, SubjectId};
use serde::{Deserialize, Serialize};

use super::super::points::Ledger;
use super::super::state::MemberState;
use super::super::tier::TierHeld;
use super::events::{Absorbed, Merged, Released, Unmerged};
use super::holdings::{HeldOrder, Holdings, KeptOrder};

/// A member who was merged into this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absorption {
    /// When.
    pub merged_on: BusinessDate,
    /// This member's own tier then.
    pub own_tier: Option<TierHeld>,
    /// The tier that came over.
    pub source_tier: Option<TierHeld>,
    /// Members merged into the source before.
    pub aliases: Vec<MemberId>,
    /// The source's subjects.
    pub subjects: Vec<SubjectId>,
}

impl MemberState {
    /// All members who lead here.
    #[must_use]
    pub fn aliases(&self) -> Vec<MemberId> {
        let of = |(source, absorption): (&MemberId, &Absorption)| {
            std::iter::once(source.clone()).chain(absorption.aliases.clone())
        };
        self.absorbed.iter().flat_map(of).collect()
    }

    /// Who holds an order's points, if not this member.
    pub(in crate::member) fn elsewhere(
        &self,
        order_id: &OrderId,
        for_member: Option<&MemberId>,
    ) -> Option<MemberId> {
        if self.merged_into.is_some() {
            return self.merged_into.clone();
        }
        if self.ledger.orders.contains_key(order_id) {
            return None;
        }
        if let Some((at, _)) = self.ledger.kept_elsewhere.get(order_id) {
            return Some(at.clone());
        }
        for_member
            .filter(|member| !self.aliases().contains(member))
            .cloned()
    }

    /// Everything that goes over with a merge, each item saying that it came through `source`.
    pub(super) fn leaving(&self, source: &MemberId) -> Holdings {
        let mut holdings = self.ledger.holdings();
        holdings.each_way(|way| way.push(source.clone()));
        holdings
    }

    /// What is left here of what came through `source`, as it was called there.
    pub(super) fn returning(&self, source: &MemberId) -> Holdings {
        let mut holdings = self.ledger.holdings();
        let came = |way: &[MemberId]| way.last() == Some(source);
        holdings.lots.retain(|lot| came(&lot.lot.came_from));
        holdings.debts.retain(|debt| came(&debt.came_from));
        holdings.orders.retain(|order| came(&order.points.came_from));
        holdings.spendings.retain(|held| came(&held.spending.came_from));
        holdings.each_way(|way| {
            if came(way) {
                way.pop();
            }
        });
        holdings
    }
}

impl Ledger {
    /// All that a merge moves.
    pub(super) fn holdings(&self) -> Holdings {
        let orders = self.orders.iter().map(|(order_id, points)| HeldOrder {
            order_id: order_id.clone(),
            points: points.clone(),
        });
        Holdings {
            lots: self.lots.values().cloned().collect(),
            debts: self.debts.clone(),
            orders: orders.collect(),
            spendings: self.spendings.clone(),
        }
    }

    fn take_in(&mut self, holdings: &Holdings) {
        self.change_lots(&holdings.lots);
        self.change_debts(&holdings.debts);
        let orders = holdings.orders.iter();
        self.orders
            .extend(orders.map(|held| (held.order_id.clone(), held.points.clone())));
        self.spendings.extend(holdings.spendings.iter().cloned());
    }

    /// Lets go of what came through `source`. A spending that happened here with lots of the source stays here, and so
    /// will its points if it is called off.
    fn let_go(&mut self, source: &MemberId) {
        let stays = |way: &[MemberId]| way.last() != Some(source);
        self.lots.retain(|_, lot| stays(&lot.lot.came_from));
        self.debts.retain(|debt| stays(&debt.came_from));
        self.orders.retain(|_, order| stays(&order.came_from));
        self.spendings.retain(|held| stays(&held.spending.came_from));
        let lots = self.spendings.iter_mut().flat_map(|held| &mut held.spending.lots);
        for lot in lots.filter(|lot| !stays(&lot.lot.came_from)) {
            lot.lot.came_from.pop();
        }
    }

    fn clear(&mut self) {
        self.lots.clear();
        self.debts.clear();
        self.orders.clear();
        self.spendings.clear();
    }

    fn note_kept(&mut self, kept: &[KeptOrder]) {
        let notes = kept.iter().map(|kept| {
            let note = (kept.at.clone(), kept.for_member.clone());
            (kept.order_id.clone(), note)
        });
        self.kept_elsewhere.extend(notes);
    }
}

impl MemberState {
    pub(in crate::member) fn merged(&mut self, merged: &Merged) {
        self.merged_into = Some(merged.into.clone());
        self.ledger.clear();
    }

    pub(in crate::member) fn absorb(&mut self, absorbed: &Absorbed) {
        self.ledger.take_in(&absorbed.holdings);
        self.subjects.extend(absorbed.subjects.iter().cloned());
        let absorption = Absorption {
            merged_on: absorbed.business_date,
            own_tier: absorbed.own_tier.clone(),
            source_tier: absorbed.source_tier.clone(),
            aliases: absorbed.aliases.clone(),
            subjects: absorbed.subjects.clone(),
        };
        self.absorbed.insert(absorbed.source.clone(), absorption);
    }

    pub(in crate::member) fn release(&mut self, released: &Released) {
        self.ledger.let_go(&released.source);
        self.absorbed.remove(&released.source);
        self.subjects
            .retain(|subject| !released.subjects.contains(subject));
        let source_or_alias =
            |member: &MemberId| *member == released.source || released.aliases.contains(member);
        self.ledger
            .kept_elsewhere
            .retain(|_, (_, for_member)| !source_or_alias(for_member));
        self.tier.clone_from(&released.own_tier);
    }

    pub(in crate::member) fn unmerged(&mut self, unmerged: &Unmerged) {
        self.merged_into = None;
        self.ledger.take_in(&unmerged.holdings);
        self.ledger.note_kept(&unmerged.kept);
    }
}
