//! What goes from one member to another when they turn out to be one person, and back.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen, MemberId, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::points::{Balance, DebtChange, LotChange};
use crate::ids::TierCode;

/// What an order has given so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderPoints {
    /// Day of the purchase.
    pub paid_on: BusinessDate,
    /// Goods paid less refunds so far.
    pub base_fen: Fen,
    /// Points per 10,000 fen, frozen when it first earned.
    pub rate: BasisPoints,
    /// The tier that the rate was taken from.
    pub tier: Option<TierCode>,
    /// Points given less points taken back.
    pub given: i64,
    /// How many lots it has made.
    pub lots: u32,
    /// The member whom the order names, where that one was merged into this.
    pub for_member: Option<MemberId>,
    /// Through which merged members it came to this one.
    pub came_from: Vec<MemberId>,
}

/// A spending, as long as it may be called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spending {
    /// For which order, if for one.
    pub order_id: Option<OrderId>,
    /// How many points were spent at first.
    pub points: i64,
    /// From which lots, in the order in which they were taken; positive, less what was restored.
    pub lots: Vec<LotChange>,
    /// Through which merged members it came to this one.
    pub came_from: Vec<MemberId>,
}

/// An order with what it has given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldOrder {
    /// Which.
    pub order_id: OrderId,
    /// What it has given.
    #[serde(flatten)]
    pub points: OrderPoints,
}

/// A spending with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldSpending {
    /// Its name.
    pub spend_id: String,
    /// What was spent.
    #[serde(flatten)]
    pub spending: Spending,
}

/// An order that earned at another member while this one was merged into it, and stays there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptOrder {
    /// Which.
    pub order_id: OrderId,
    /// Whom the order names.
    pub for_member: MemberId,
    /// Where its points are.
    pub at: MemberId,
}

/// Everything that moves with a merge. Each item says through whom it came, as its new owner will see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Holdings {
    /// Lots with what is left in them.
    pub lots: Vec<LotChange>,
    /// Debts.
    pub debts: Vec<DebtChange>,
    /// Orders, since their refunds take back.
    pub orders: Vec<HeldOrder>,
    /// Spendings, since they may be called off.
    pub spendings: Vec<HeldSpending>,
}

impl Holdings {
    /// Lets `change` look at the way by which each item came, also of the lots that spendings remember.
    pub(super) fn each_way(&mut self, mut change: impl FnMut(&mut Vec<MemberId>)) {
        self.lots
            .iter_mut()
            .for_each(|lot| change(&mut lot.lot.came_from));
        self.debts.iter_mut().for_each(|debt| change(&mut debt.came_from));
        self.orders
            .iter_mut()
            .for_each(|held| change(&mut held.points.came_from));
        for held in &mut self.spendings {
            change(&mut held.spending.came_from);
            let lots = held.spending.lots.iter_mut();
            lots.for_each(|lot| change(&mut lot.lot.came_from));
        }
    }

    /// What the lots and debts add up to.
    #[must_use]
    pub fn balance(&self) -> Balance {
        Balance::default().after(&self.lots, &self.debts)
    }
}
