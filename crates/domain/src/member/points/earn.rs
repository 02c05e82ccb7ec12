//! Orders give points, and refunds take them back: to a target that follows from what is still paid for.

use guanxi_kernel::{BasisPoints, BusinessDate, Fen, OrderId};

use super::super::merge::{Forwarded, Misdirected};
use super::super::tier::{Judge, TierCause, on_purchase};
use super::claw_back::claw_back;
use super::commands::{ClawBackPoints, EarnPoints};
use super::draft::{Draft, sum, take};
use super::events::{EarningBasis, PointsDebtRepaid, PointsEarned, PointsPended};
use super::lot::{DebtChange, LotChange, LotTerms};

/// ⌊rate × base⌋; nothing for a negative base, which only another system's records have.
pub(super) fn target(base_fen: Fen, rate: BasisPoints) -> i64 {
    base_fen.at_least(Fen::ZERO).floor_at(rate).0
}

/// Gives what an order earns and has not got yet.
pub(in crate::member) fn earn(draft: &mut Draft, command: &EarnPoints) {
    if let Some(to) = draft
        .state
        .elsewhere(&command.order_id, command.for_member.as_ref())
    {
        let misdirected = Misdirected::Earn(Box::new(command.clone()));
        draft.push(Forwarded { to, misdirected });
        return;
    }
    let known = draft.state.ledger.orders.get(&command.order_id).cloned();
    if known
        .as_ref()
        .is_some_and(|order| order.base_fen == command.base_fen)
    {
        return;
    }
    let tier = draft.state.tier.as_ref().map(|held| held.tier.clone());
    let rate = known
        .as_ref()
        .map_or_else(|| command.programme.rate(tier.as_ref()), |order| order.rate);
    let given = known.as_ref().map_or(0, |order| order.given);
    let points = target(command.base_fen, rate) - given;
    if points < 0 {
        claw_back(draft, &lowered(command));
        return;
    }
    let basis = EarningBasis {
        order_id: command.order_id.clone(),
        base_fen: command.base_fen,
        rate,
        tier: known.as_ref().map_or(tier, |order| order.tier.clone()),
        paid_on: known.as_ref().map_or(command.paid_on, |order| order.paid_on),
        programme_version: command.programme.version,
        for_member: command.for_member.clone(),
    };
    give(draft, command, basis, points, known.map_or(0, |order| order.lots));
    let judge = Judge {
        programme: &command.programme,
        date: command.paid_on,
        time_zone: &command.time_zone,
    };
    let latest = latest_purchase(draft).unwrap_or(command.paid_on);
    let why = TierCause::Purchase {
        order_id: command.order_id.clone(),
    };
    on_purchase(draft, &judge, latest.max(command.paid_on), why);
}

fn latest_purchase(draft: &Draft) -> Option<BusinessDate> {
    draft
        .state
        .ledger
        .orders
        .values()
        .map(|order| order.paid_on)
        .max()
}

fn lowered(command: &EarnPoints) -> ClawBackPoints {
    ClawBackPoints {
        order_id: command.order_id.clone(),
        base_fen: command.base_fen,
        refunded_on: command.paid_on,
        time_zone: command.time_zone.clone(),
        for_member: command.for_member.clone(),
        programme: command.programme.clone(),
    }
}

fn give(draft: &mut Draft, command: &EarnPoints, basis: EarningBasis, points: i64, lots_before: u32) {
    let activates_on = command.programme.activates_on(basis.paid_on);
    let lot = LotTerms {
        lot_id: lot_id(&command.order_id, lots_before),
        order_id: Some(command.order_id.clone()),
        activates_on,
        expires_on: command.programme.expires_on(basis.paid_on),
        came_from: Vec::new(),
    };
    let lots: Vec<_> = (points > 0)
        .then(|| LotChange::new(&lot, points))
        .into_iter()
        .collect();
    let balance = draft.balance_after(&lots, &[]);
    let (business_date, time_zone) = (command.paid_on, command.time_zone.clone());
    if activates_on.is_some() {
        draft.push(PointsPended {
            basis,
            points,
            lots,
            balance,
            business_date,
            time_zone,
        });
    } else {
        draft.push(PointsEarned {
            basis,
            points,
            lots: lots.clone(),
            balance,
            business_date,
            time_zone,
        });
        repay(draft, &lots, business_date);
    }
}

fn lot_id(order_id: &OrderId, lots_before: u32) -> String {
    match lots_before {
        0 => order_id.to_string(),
        before => format!("{order_id}/{}", before + 1),
    }
}

/// What has just become usable pays what is owed, oldest debt first.
pub(super) fn repay(draft: &mut Draft, fresh: &[LotChange], business_date: BusinessDate) {
    let owed = draft.state.ledger.balance().debt;
    let lots = take(owed, fresh.iter());
    let points = sum(&lots);
    if points == 0 {
        return;
    }
    let mut left = points;
    let mut debts = Vec::new();
    for debt in &draft.state.ledger.debts {
        let part = debt.points.min(left);
        if part > 0 {
            left -= part;
            debts.push(DebtChange {
                points: -part,
                ..debt.clone()
            });
        }
    }
    let balance = draft.balance_after(&lots, &debts);
    draft.push(PointsDebtRepaid {
        points,
        lots,
        debts,
        balance,
        business_date,
    });
}
