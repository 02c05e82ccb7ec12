//! Refunds take back what an order no longer earns.

use std::cmp::Ordering;

use guanxi_kernel::OrderId;

use super::super::merge::{Forwarded, Misdirected, OrderPoints};
use super::super::tier::{Judge, TierCause, on_refund};
use super::commands::{ClawBackPoints, EarnPoints};
use super::draft::{Draft, sum, take};
use super::earn::{earn, target};
use super::events::{EarningBasis, PointsClawedBack, PointsDebtIncurred};
use super::lot::{DebtChange, LotChange};

/// Takes back what an order no longer earns: waiting points of the order, usable ones of the order, other lots from
/// those that end first, and the rest becomes a debt. Other orders' waiting points are not touched: they repay it. Where more is paid for than before (a refund
/// turns out to be of other money), the order gives again what it had taken back.
pub(in crate::member) fn claw_back(draft: &mut Draft, command: &ClawBackPoints) {
    if let Some(to) = draft
        .state
        .elsewhere(&command.order_id, command.for_member.as_ref())
    {
        let misdirected = Misdirected::ClawBack(Box::new(command.clone()));
        draft.push(Forwarded { to, misdirected });
        return;
    }
    let Some(order) = draft.state.ledger.orders.get(&command.order_id).cloned() else {
        return;
    };
    match command.base_fen.cmp(&order.base_fen) {
        Ordering::Less => {}
        Ordering::Equal => return,
        Ordering::Greater => return earn(draft, &raised(command)),
    }
    let excess = (order.given - target(command.base_fen, order.rate)).max(0);
    let lots = taken_back(draft, &command.order_id, excess);
    let points = sum(&lots);
    let balance = draft.balance_after(&lots, &[]);
    draft.push(PointsClawedBack {
        basis: basis_after(command, &order),
        points,
        lots,
        balance,
        business_date: command.refunded_on,
    });
    if excess > points {
        incur(draft, command, excess - points);
    }
    let judge = Judge {
        programme: &command.programme,
        date: command.refunded_on,
        time_zone: &command.time_zone,
    };
    let why = TierCause::Refund {
        order_id: command.order_id.clone(),
    };
    on_refund(draft, &judge, why);
}

fn taken_back(draft: &Draft, order_id: &OrderId, excess: i64) -> Vec<LotChange> {
    let mut lots = take(excess, draft.state.ledger.of_order(order_id));
    let missing = excess - sum(&lots);
    let others = draft
        .state
        .ledger
        .active_by_end()
        .filter(|lot| lot.lot.order_id.as_ref() != Some(order_id));
    lots.extend(take(missing, others));
    lots
}

fn basis_after(command: &ClawBackPoints, order: &OrderPoints) -> EarningBasis {
    EarningBasis {
        order_id: command.order_id.clone(),
        base_fen: command.base_fen,
        rate: order.rate,
        tier: order.tier.clone(),
        paid_on: order.paid_on,
        programme_version: command.programme.version,
        for_member: order.for_member.clone(),
    }
}

/// A debt belongs to the member at whom the refund happened, also when the order came with a merge.
fn incur(draft: &mut Draft, command: &ClawBackPoints, points: i64) {
    let debts = vec![DebtChange {
        order_id: command.order_id.clone(),
        points,
        came_from: Vec::new(),
    }];
    let balance = draft.balance_after(&[], &debts);
    draft.push(PointsDebtIncurred {
        order_id: command.order_id.clone(),
        points,
        debts,
        balance,
        business_date: command.refunded_on,
    });
}

fn raised(command: &ClawBackPoints) -> EarnPoints {
    EarnPoints {
        order_id: command.order_id.clone(),
        base_fen: command.base_fen,
        paid_on: command.refunded_on,
        time_zone: command.time_zone.clone(),
        for_member: command.for_member.clone(),
        programme: command.programme.clone(),
    }
}
