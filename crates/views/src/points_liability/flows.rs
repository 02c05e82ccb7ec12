//! What an event says of a member's points: how many flowed which way, and what is there after it.

use guanxi_domain::member::{Balance, Direction, MemberEvent};
use guanxi_kernel::BusinessDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Points that flowed, by their way. All are counted upwards, whichever side of the balance they are on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Flows {
    /// Earned by orders, usable at once or pending.
    pub earned: i64,
    /// Became usable when a return window ended.
    pub activated: i64,
    /// Spent.
    pub spent: i64,
    /// Came back from spendings that were called off.
    pub restored: i64,
    /// Taken back by refunds.
    pub clawed_back: i64,
    /// Ended.
    pub expired: i64,
    /// Put right by hand, up less down.
    pub adjusted: i64,
    /// Got from other members less given to them.
    pub transferred: i64,
    /// Owed by refunds that found nothing to take.
    pub debt_incurred: i64,
    /// Of that, repaid.
    pub debt_repaid: i64,
}

/// What an event says of a member's points.
pub(super) struct Said {
    pub date: BusinessDate,
    pub balance: Balance,
    pub flows: Flows,
}

impl Flows {
    /// Each figure of `self` with its fellow in `other`.
    pub(super) fn combine(self, other: Self, with: fn(i64, i64) -> i64) -> Self {
        Self {
            earned: with(self.earned, other.earned),
            activated: with(self.activated, other.activated),
            spent: with(self.spent, other.spent),
            restored: with(self.restored, other.restored),
            clawed_back: with(self.clawed_back, other.clawed_back),
            expired: with(self.expired, other.expired),
            adjusted: with(self.adjusted, other.adjusted),
            transferred: with(self.transferred, other.transferred),
            debt_incurred: with(self.debt_incurred, other.debt_incurred),
            debt_repaid: with(self.debt_repaid, other.debt_repaid),
        }
    }
}

/// Reads an event; most say nothing of points.
pub(super) fn said(event: &MemberEvent) -> Option<Said> {
    let mut flows = Flows::default();
    let (balance, date) = match event {
        MemberEvent::PointsPended(it) => {
            flows.earned = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsEarned(it) => {
            flows.earned = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsActivated(it) => {
            flows.activated = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsDebtRepaid(it) => {
            flows.debt_repaid = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsSpent(it) => {
            flows.spent = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsRestored(it) => {
            flows.restored = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsClawedBack(it) => {
            flows.clawed_back = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsDebtIncurred(it) => {
            flows.debt_incurred = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsExpired(it) => {
            flows.expired = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::PointsTransferred(it) => {
            flows.transferred = match it.direction {
                Direction::In => it.points,
                Direction::Out => -it.points,
            };
            (it.balance, it.business_date)
        }
        MemberEvent::PointsAdjusted(it) => {
            flows.adjusted = it.points;
            (it.balance, it.business_date)
        }
        MemberEvent::Merged(it) => (it.balance, it.business_date),
        MemberEvent::Absorbed(it) => (it.balance, it.business_date),
        MemberEvent::Released(it) => (it.balance, it.business_date),
        MemberEvent::Unmerged(it) => (it.balance, it.business_date),
        _ => return None,
    };
    Some(Said { date, balance, flows })
}
