//! A lot of points: what one purchase gave, with an end of its own.

use guanxi_kernel::{BusinessDate, MemberId, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a lot is, whatever is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LotTerms {
    /// Unique for the member.
    pub lot_id: String,
    /// The order that gave it, if one did.
    pub order_id: Option<OrderId>,
    /// On whose first instant its points become usable; `null` once they are.
    pub activates_on: Option<BusinessDate>,
    /// Last day on which its points can be spent; `null`: they never end.
    pub expires_on: Option<BusinessDate>,
    /// Through which merged members it came to this one: the first owner first; empty if it began here.
    pub came_from: Vec<MemberId>,
}

/// What an event does to a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LotChange {
    /// Which lot.
    #[serde(flatten)]
    pub lot: LotTerms,
    /// Points added; taken if negative.
    pub points: i64,
}

/// What an event does to a debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DebtChange {
    /// The order whose refund caused it.
    pub order_id: OrderId,
    /// Points added to the debt; paid if negative.
    pub points: i64,
    /// Through which merged members it came to this one.
    pub came_from: Vec<MemberId>,
}

/// What a member has. What is owed stands beside what is there: expiry and debt do not exclude each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balance {
    /// Can be spent, as far as nothing is owed.
    pub available: i64,
    /// Waits for return windows to end.
    pub pending: i64,
    /// Is owed.
    pub debt: i64,
}

impl LotTerms {
    /// Tells it from every other lot of the member: two members merged into one may both have a lot of one name.
    #[must_use]
    pub fn key(&self) -> String {
        let way = self.came_from.iter().map(MemberId::as_str);
        std::iter::once(self.lot_id.as_str())
            .chain(way)
            .collect::<Vec<_>>()
            .join("@")
    }

    /// Whether its points still wait.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.activates_on.is_some()
    }
}

impl LotChange {
    /// A change to a lot.
    #[must_use]
    pub fn new(lot: &LotTerms, points: i64) -> Self {
        Self {
            lot: lot.clone(),
            points,
        }
    }
}

impl Balance {
    /// After these changes to lots and debts.
    #[must_use]
    pub fn after(mut self, lots: &[LotChange], debts: &[DebtChange]) -> Self {
        for change in lots {
            let side = if change.lot.is_pending() {
                &mut self.pending
            } else {
                &mut self.available
            };
            *side = side.saturating_add(change.points);
        }
        for change in debts {
            self.debt = self.debt.saturating_add(change.points);
        }
        self
    }

    /// What can be spent: what is there less what is owed.
    #[must_use]
    pub fn spendable(self) -> i64 {
        (self.available - self.debt).max(0)
    }
}
