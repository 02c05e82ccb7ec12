//! A decision in the making: the state as it will be after what has been decided so far.

use guanxi_kernel::BusinessDate;

use super::super::events::MemberEvent;
use super::super::state::MemberState;
use super::lot::{Balance, DebtChange, LotChange};

/// The events decided so far, and the state after them.
#[derive(Debug)]
pub(in crate::member) struct Draft {
    pub(in crate::member) state: MemberState,
    pub(in crate::member) events: Vec<MemberEvent>,
}

impl Draft {
    /// Nothing decided yet.
    pub(in crate::member) fn new(state: &MemberState) -> Self {
        Self {
            state: state.clone(),
            events: Vec::new(),
        }
    }

    /// Decides an event.
    pub(in crate::member) fn push(&mut self, event: impl Into<MemberEvent>) {
        let event = event.into();
        self.state.apply(&event);
        self.events.push(event);
    }

    /// The balance after changes that are not decided yet.
    pub(in crate::member) fn balance_after(&self, lots: &[LotChange], debts: &[DebtChange]) -> Balance {
        self.state.ledger.balance().after(lots, debts)
    }

    /// Takes points from usable lots, those that end first before others; ended ones only where `from` says so. What is
    /// missing is not taken.
    pub(in crate::member) fn take_active(
        &self,
        points: i64,
        valid_on: Option<BusinessDate>,
    ) -> Vec<LotChange> {
        let usable = self.state.ledger.active_by_end();
        let valid = usable.filter(|lot| match (valid_on, lot.lot.expires_on) {
            (Some(day), Some(last)) => last >= day,
            _ => true,
        });
        take(points, valid)
    }
}

/// Takes up to so many points from lots in their order; the changes are negative.
pub(super) fn take<'a>(points: i64, lots: impl Iterator<Item = &'a LotChange>) -> Vec<LotChange> {
    let mut missing = points;
    let mut taken = Vec::new();
    for lot in lots {
        let part = lot.points.min(missing);
        if part > 0 {
            missing -= part;
            taken.push(LotChange::new(&lot.lot, -part));
        }
    }
    taken
}

/// What changes take, as a positive number.
pub(super) fn sum(changes: &[LotChange]) -> i64 {
    changes.iter().map(|change| change.points).sum::<i64>().abs()
}
