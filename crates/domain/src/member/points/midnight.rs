//! The work of a midnight: activate what waited, end tiers, expire points, judge the tier, in this order.

use guanxi_kernel::{BusinessDate, TimeZoneId};

use super::super::tier::{self, Judge};
use super::commands::{ActivatePoints, BeginDay, EvaluateTier, ExpirePoints};
use super::draft::{Draft, sum};
use super::earn::repay;
use super::events::{ExpiryReason, PointsActivated, PointsExpired};
use super::lot::LotChange;

/// Makes points usable whose day has come; they pay debts first.
pub(in crate::member) fn activate(draft: &mut Draft, command: &ActivatePoints) {
    activate_due(draft, command.date, &command.time_zone);
}

/// Ends points whose last day is over.
pub(in crate::member) fn expire(draft: &mut Draft, command: &ExpirePoints) {
    expire_due(draft, command.date);
}

/// Ends tiers whose time is over and judges what the purchases reach.
pub(in crate::member) fn evaluate_tier(draft: &mut Draft, command: &EvaluateTier) {
    let judge = Judge {
        programme: &command.programme,
        date: command.date,
        time_zone: &command.time_zone,
    };
    tier::pass_ends(draft, &judge);
    tier::evaluate(draft, &judge);
}

/// Everything that a day begins with.
pub(in crate::member) fn begin_day(draft: &mut Draft, command: &BeginDay) {
    let judge = Judge {
        programme: &command.programme,
        date: command.date,
        time_zone: &command.time_zone,
    };
    activate_due(draft, command.date, &command.time_zone);
    tier::pass_ends(draft, &judge);
    expire_due(draft, command.date);
    tier::evaluate(draft, &judge);
}

fn activate_due(draft: &mut Draft, date: BusinessDate, time_zone: &TimeZoneId) {
    let due = |lot: &&LotChange| lot.lot.activates_on.is_some_and(|day| day <= date);
    let lots: Vec<_> = draft.state.ledger.lots.values().filter(due).cloned().collect();
    let points = sum(&lots);
    if points == 0 {
        return;
    }
    let mut balance = draft.balance_after(&[], &[]);
    balance.pending -= points;
    balance.available += points;
    draft.push(PointsActivated {
        points,
        lots: lots.clone(),
        balance,
        business_date: date,
        time_zone: time_zone.clone(),
    });
    let usable: Vec<_> = lots
        .into_iter()
        .map(|mut change| {
            change.lot.activates_on = None;
            change
        })
        .collect();
    repay(draft, &usable, date);
}

/// Ends lots whose last day lies before a day; what is owed stays owed.
pub(super) fn expire_due(draft: &mut Draft, date: BusinessDate) {
    let over = |lot: &&LotChange| lot.lot.expires_on.is_some_and(|last| last < date);
    let lots: Vec<_> = draft
        .state
        .ledger
        .lots
        .values()
        .filter(over)
        .map(|lot| LotChange::new(&lot.lot, -lot.points))
        .collect();
    end(draft, lots, ExpiryReason::Expired, date);
}

/// Ends everything, because the person is forgotten.
pub(in crate::member) fn forfeit(draft: &mut Draft, date: BusinessDate) {
    let lots = draft.state.ledger.lots.values();
    let lots = lots.map(|lot| LotChange::new(&lot.lot, -lot.points)).collect();
    end(draft, lots, ExpiryReason::Erased, date);
}

fn end(draft: &mut Draft, lots: Vec<LotChange>, reason: ExpiryReason, business_date: BusinessDate) {
    let points = sum(&lots);
    if points == 0 {
        return;
    }
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsExpired {
        reason,
        points,
        lots,
        balance,
        business_date,
    });
}
