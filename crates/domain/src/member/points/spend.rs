//! Spending names the lots, calling it off restores them, and hands can put things right.

use guanxi_kernel::BusinessDate;

use super::super::merge::{Forwarded, Misdirected};
use super::super::refusal::MemberRefusal;
use super::commands::{AdjustPoints, ReceivePoints, RestorePoints, SpendPoints, TransferPoints};
use super::draft::{Draft, sum, take};
use super::earn::repay;
use super::events::{Direction, PointsAdjusted, PointsRestored, PointsSpent, PointsTransferred};
use super::lot::{LotChange, LotTerms};
use super::midnight::expire_due;

type Done = Result<(), MemberRefusal>;

/// Spends points, from the lots that end first.
pub(in crate::member) fn spend(draft: &mut Draft, command: &SpendPoints) -> Done {
    if let Some(before) = draft.state.ledger.spending(&command.spend_id) {
        let same = before.points == command.points && before.order_id == command.order_id;
        return same.then_some(()).ok_or(MemberRefusal::SpendReused);
    }
    let lots = taken(draft, command.points, command.spent_on)?;
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsSpent {
        spend_id: command.spend_id.clone(),
        order_id: command.order_id.clone(),
        points: command.points,
        lots,
        balance,
        business_date: command.spent_on,
    });
    Ok(())
}

/// The lots from which somebody spends or gives, if there is enough beyond what is owed.
fn taken(draft: &Draft, points: i64, day: BusinessDate) -> Result<Vec<LotChange>, MemberRefusal> {
    if draft.state.suspended.is_some() {
        return Err(MemberRefusal::Suspended);
    }
    if points <= 0 {
        return Err(MemberRefusal::PointsInvalid);
    }
    // Also what has ended but waits for its midnight cannot be spent any more.
    let valid = sum(&draft.take_active(i64::MAX, Some(day)));
    let spendable = (valid - draft.state.ledger.balance().debt).max(0);
    if points > spendable {
        return Err(MemberRefusal::PointsInsufficient { points, spendable });
    }
    Ok(draft.take_active(points, Some(day)))
}

/// Gives the points of a spending back to the lots they came from; those whose last day is over end at once.
pub(in crate::member) fn restore(draft: &mut Draft, command: &RestorePoints) -> Done {
    let Some(spend_id) = &command.spend_id else {
        return restore_order(draft, command);
    };
    let spending = draft.state.ledger.spending(spend_id);
    let spending = spending.ok_or(MemberRefusal::SpendUnknown)?;
    let left: i64 = spending.lots.iter().map(|lot| lot.points).sum();
    let points = command.points.unwrap_or(left);
    if points < 0 || (points == 0 && command.points.is_some()) {
        return Err(MemberRefusal::PointsInvalid);
    }
    if points > left {
        return Err(MemberRefusal::RestoreTooMuch { points, left });
    }
    if points == 0 {
        return Ok(());
    }
    // A part goes back to the lots that were taken last: those that end last.
    let lots: Vec<_> = take(points, spending.lots.iter().rev())
        .into_iter()
        .map(|change| LotChange::new(&change.lot, -change.points))
        .collect();
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsRestored {
        spend_id: spend_id.clone(),
        points,
        lots,
        balance,
        business_date: command.restored_on,
        time_zone: command.time_zone.clone(),
    });
    expire_due(draft, command.restored_on);
    Ok(())
}

/// Calls off all that was spent for an order; nothing where nothing was.
fn restore_order(draft: &mut Draft, command: &RestorePoints) -> Done {
    if command.order_id.is_none() {
        return Err(MemberRefusal::SpendUnknown);
    }
    let spendings = draft.state.ledger.spendings.iter();
    let of_order = spendings.filter(|held| held.spending.order_id == command.order_id);
    let names: Vec<_> = of_order.map(|held| held.spend_id.clone()).collect();
    for name in names {
        let one = RestorePoints {
            spend_id: Some(name),
            points: None,
            ..command.clone()
        };
        restore(draft, &one)?;
    }
    Ok(())
}

/// Puts points right by hand.
pub(in crate::member) fn adjust(draft: &mut Draft, command: &AdjustPoints) -> Done {
    if draft.state.ledger.references.contains(&command.reference) {
        return Ok(());
    }
    if command.reason.trim().is_empty() {
        return Err(MemberRefusal::ReasonMissing);
    }
    let lots = if command.points > 0 {
        let lot = LotTerms {
            lot_id: format!("adjust:{}", command.reference),
            order_id: None,
            activates_on: None,
            expires_on: command.expires_on,
            came_from: Vec::new(),
        };
        vec![LotChange::new(&lot, command.points)]
    } else {
        let wanted = command.points.saturating_neg();
        let lots = draft.take_active(wanted, None);
        let spendable = sum(&lots);
        if wanted == 0 {
            return Err(MemberRefusal::PointsInvalid);
        }
        if spendable < wanted {
            return Err(MemberRefusal::PointsInsufficient {
                points: wanted,
                spendable,
            });
        }
        lots
    };
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsAdjusted {
        reference: command.reference.clone(),
        reason: command.reason.clone(),
        points: command.points,
        lots: lots.clone(),
        balance,
        business_date: command.adjusted_on,
        time_zone: command.time_zone.clone(),
    });
    if command.points > 0 {
        repay(draft, &lots, command.adjusted_on);
    }
    Ok(())
}

/// Gives points to another member: here they go out.
pub(in crate::member) fn transfer(draft: &mut Draft, command: &TransferPoints) -> Done {
    if let Some(before) = draft.state.ledger.spending(&command.transfer_id) {
        let same = before.points == command.points;
        return same.then_some(()).ok_or(MemberRefusal::SpendReused);
    }
    let lots = taken(draft, command.points, command.transferred_on)?;
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsTransferred {
        transfer_id: command.transfer_id.clone(),
        direction: Direction::Out,
        other: command.to.clone(),
        points: command.points,
        lots,
        balance,
        business_date: command.transferred_on,
        time_zone: command.time_zone.clone(),
    });
    Ok(())
}

/// Takes in points that another member gave.
pub(in crate::member) fn receive(draft: &mut Draft, command: &ReceivePoints) {
    if draft.state.ledger.references.contains(&command.transfer_id) {
        return;
    }
    if let Some(into) = draft.state.merged_into.clone() {
        let misdirected = Misdirected::Receive(command.clone());
        draft.push(Forwarded {
            to: into,
            misdirected,
        });
        return;
    }
    let lots: Vec<_> = command.lots.iter().enumerate().map(received(command)).collect();
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsTransferred {
        transfer_id: command.transfer_id.clone(),
        direction: Direction::In,
        other: command.from.clone(),
        points: sum(&lots),
        lots,
        balance,
        business_date: command.received_on,
        time_zone: command.time_zone.clone(),
    });
    expire_due(draft, command.received_on);
}

/// A lot of a gift is a new one, with the end of the one it was taken from.
fn received(command: &ReceivePoints) -> impl Fn((usize, &LotChange)) -> LotChange + '_ {
    |(index, change)| {
        let lot = LotTerms {
            lot_id: format!("gift:{}/{}", command.transfer_id, index + 1),
            order_id: None,
            activates_on: None,
            expires_on: change.lot.expires_on,
            came_from: Vec::new(),
        };
        LotChange::new(&lot, change.points)
    }
}
