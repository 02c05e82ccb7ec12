//! What the events of a member's points add up to.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::{MemberId, OrderId};
use serde::{Deserialize, Serialize};

use super::super::merge::{HeldSpending, OrderPoints, Spending};
use super::events::{
    EarningBasis, PointsActivated, PointsClawedBack, PointsRestored, PointsSpent, PointsTransferred,
};
use super::lot::{Balance, DebtChange, LotChange};

/// Lots, debts, and what orders and spendings have to do with them. Emptied lots are gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Lots with what is left in them, by id and by the way they came.
    pub lots: BTreeMap<String, LotChange>,
    /// What is owed, oldest first.
    pub debts: Vec<DebtChange>,
    /// What each order has given.
    pub orders: BTreeMap<OrderId, OrderPoints>,
    /// Spendings and gifts.
    pub spendings: Vec<HeldSpending>,
    /// Names of corrections and gifts received.
    pub references: BTreeSet<String>,
    /// Orders that earned at another member, while this one was merged into it: who holds them, and whom they name.
    pub kept_elsewhere: BTreeMap<OrderId, (MemberId, MemberId)>,
}

impl Ledger {
    /// What the lots and debts add up to.
    #[must_use]
    pub fn balance(&self) -> Balance {
        Balance::default().after_all(self.lots.values(), &self.debts)
    }

    /// Usable lots, those that end first before others, then by id.
    pub(in crate::member) fn active_by_end(&self) -> impl Iterator<Item = &LotChange> {
        let mut lots: Vec<_> = self.lots.values().filter(|lot| !lot.lot.is_pending()).collect();
        lots.sort_by_key(|lot| (lot.lot.expires_on.is_none(), lot.lot.expires_on));
        lots.into_iter()
    }

    /// Lots of an order, waiting ones first.
    pub(in crate::member) fn of_order(&self, order_id: &OrderId) -> impl Iterator<Item = &LotChange> {
        let of_order = |lot: &&LotChange| lot.lot.order_id.as_ref() == Some(order_id);
        let mut lots: Vec<_> = self.lots.values().filter(of_order).collect();
        lots.sort_by_key(|lot| !lot.lot.is_pending());
        lots.into_iter()
    }

    pub(crate) fn change_lots(&mut self, changes: &[LotChange]) {
        for change in changes {
            let key = change.lot.key();
            let lot = self
                .lots
                .entry(key.clone())
                .or_insert_with(|| LotChange::new(&change.lot, 0));
            lot.points += change.points;
            if lot.points == 0 {
                self.lots.remove(&key);
            }
        }
    }

    pub(crate) fn change_debts(&mut self, changes: &[DebtChange]) {
        for change in changes {
            let same = |debt: &&mut DebtChange| {
                debt.order_id == change.order_id && debt.came_from == change.came_from
            };
            match self.debts.iter_mut().find(same) {
                Some(debt) => debt.points += change.points,
                None => self.debts.push(change.clone()),
            }
        }
        self.debts.retain(|debt| debt.points != 0);
    }

    pub(crate) fn earned(&mut self, basis: &EarningBasis, points: i64, lots: &[LotChange]) {
        self.change_lots(lots);
        let order = self
            .orders
            .entry(basis.order_id.clone())
            .or_insert_with(|| OrderPoints {
                paid_on: basis.paid_on,
                base_fen: basis.base_fen,
                rate: basis.rate,
                tier: basis.tier.clone(),
                given: 0,
                lots: 0,
                for_member: basis.for_member.clone(),
                came_from: Vec::new(),
            });
        order.base_fen = basis.base_fen;
        order.given += points;
        order.lots += u32::from(points > 0);
    }

    pub(in crate::member) fn clawed_back(&mut self, clawed: &PointsClawedBack) {
        self.change_lots(&clawed.lots);
        if let Some(order) = self.orders.get_mut(&clawed.basis.order_id) {
            order.base_fen = clawed.basis.base_fen;
            order.given -= clawed.points;
        }
    }

    pub(in crate::member) fn owed(&mut self, order_id: &OrderId, points: i64, debts: &[DebtChange]) {
        self.change_debts(debts);
        if let Some(order) = self.orders.get_mut(order_id) {
            order.given -= points;
        }
    }

    pub(in crate::member) fn activated(&mut self, activated: &PointsActivated) {
        for change in &activated.lots {
            if let Some(lot) = self.lots.get_mut(&change.lot.key()) {
                lot.lot.activates_on = None;
            }
        }
    }

    /// A spending by its name: this member's own before one that came with a merge.
    pub(in crate::member) fn spending(&self, spend_id: &str) -> Option<&Spending> {
        let named = self.spendings.iter().filter(|held| held.spend_id == spend_id);
        named
            .min_by_key(|held| held.spending.came_from.len())
            .map(|held| &held.spending)
    }

    pub(crate) fn spent(&mut self, spent: &PointsSpent) {
        self.change_lots(&spent.lots);
        self.remember(&spent.spend_id, spent.order_id.clone(), spent.points, &spent.lots);
    }

    pub(in crate::member) fn given_away(&mut self, transferred: &PointsTransferred) {
        self.change_lots(&transferred.lots);
        self.remember(
            &transferred.transfer_id,
            None,
            transferred.points,
            &transferred.lots,
        );
    }

    fn remember(&mut self, name: &str, order_id: Option<OrderId>, points: i64, taken: &[LotChange]) {
        let lots = taken
            .iter()
            .map(|change| LotChange::new(&change.lot, -change.points));
        let spending = Spending {
            order_id,
            points,
            lots: lots.collect(),
            came_from: Vec::new(),
        };
        self.spendings.push(HeldSpending {
            spend_id: name.to_owned(),
            spending,
        });
    }

    pub(in crate::member) fn restored(&mut self, restored: &PointsRestored) {
        self.change_lots(&restored.lots);
        let named = self
            .spendings
            .iter_mut()
            .filter(|held| held.spend_id == restored.spend_id);
        let Some(held) = named.min_by_key(|held| held.spending.came_from.len()) else {
            return;
        };
        let lots = &mut held.spending.lots;
        for change in &restored.lots {
            if let Some(lot) = lots.iter_mut().find(|lot| lot.lot == change.lot) {
                lot.points -= change.points;
            }
        }
        lots.retain(|lot| lot.points != 0);
    }
}

impl Balance {
    fn after_all<'a>(self, lots: impl Iterator<Item = &'a LotChange>, debts: &[DebtChange]) -> Self {
        lots.fold(self.after(&[], debts), |balance, lot| {
            balance.after(std::slice::from_ref(lot), &[])
        })
    }
}
