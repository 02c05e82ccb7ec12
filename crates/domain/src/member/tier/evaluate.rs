//! How a tier is judged. Every judgement is made as of a day that follows from the data, so that it comes out the same
//! whenever it is made.

use guanxi_kernel::BusinessDate;

use super::super::points::Draft;
use super::events::{TierCause, TierTerm};
use super::held::TierHeld;
use super::judge::{Judge, reached};
use crate::loyalty::AfterRefund;

/// More ends than any tier can have in a lifetime: validity is at least a month.
const MOST_ENDS: usize = 2_400;

/// A purchase may lift the tier, or end its grace.
pub(in crate::member) fn on_purchase(
    draft: &mut Draft,
    judge: &Judge<'_>,
    as_of: BusinessDate,
    why: TierCause,
) {
    let window = judge.programme.window(as_of);
    let Some(reached) = reached(judge.programme, draft, window) else {
        return;
    };
    let held = draft.state.tier.as_ref();
    let (now, before) = (reached.level.threshold_fen, judge.threshold(held));
    let in_grace = held.is_some_and(|held| held.grace_until.is_some());
    let term = judge.term(draft, &reached, judge.programme.holds_until(as_of));
    if now > before {
        draft.push(judge.upgraded(term, why));
    } else if in_grace && now == before {
        draft.push(judge.retained(term, why));
    }
}

/// A refund may take away what the tier was reached by. What was reached by the purchases of another window holds.
pub(in crate::member) fn on_refund(draft: &mut Draft, judge: &Judge<'_>, why: TierCause) {
    let Some(held) = draft.state.tier.clone() else {
        return;
    };
    let threshold = judge.threshold(Some(&held));
    let then = reached(judge.programme, draft, (held.basis.from, held.basis.to));
    let now = reached(judge.programme, draft, judge.programme.window(judge.date));
    let (Some(then), Some(now)) = (then, now) else {
        return;
    };
    let best = if now.level.threshold_fen > then.level.threshold_fen {
        now
    } else {
        then
    };
    if best.level.threshold_fen >= threshold || held.grace_until.is_some() {
        return;
    }
    let grace_days = i32::from(judge.programme.tiers.grace_days);
    let event = match judge.programme.tiers.after_refund {
        AfterRefund::Grace if grace_days > 0 => {
            judge.grace(&held, best.basis, judge.date.plus_days(grace_days), why)
        }
        AfterRefund::Grace | AfterRefund::Downgrade => {
            judge.downgraded(judge.term(draft, &best, held.until), why)
        }
    };
    draft.push(event);
}

/// Ends tiers and days of grace whose last day lies before the day that begins, each judged as of its own last day.
pub(in crate::member) fn pass_ends(draft: &mut Draft, judge: &Judge<'_>) {
    for _ in 0..MOST_ENDS {
        let Some(held) = draft.state.tier.clone() else {
            return;
        };
        let as_of = held.last_day();
        if as_of >= judge.date {
            return;
        }
        let Some(reached) = reached(judge.programme, draft, judge.programme.window(as_of)) else {
            return;
        };
        let (now, before) = (reached.level.threshold_fen, judge.threshold(Some(&held)));
        let until = judge.programme.holds_until(as_of);
        let why = if held.grace_until.is_some() {
            TierCause::GraceEnded
        } else {
            TierCause::PeriodEnded
        };
        let grace_days = i32::from(judge.programme.tiers.grace_days);
        let event = if now > before {
            judge.upgraded(judge.term(draft, &reached, until), why)
        } else if now == before {
            judge.retained(judge.term(draft, &reached, until), why)
        } else if held.grace_until.is_none() && grace_days > 0 {
            judge.grace(&held, reached.basis, as_of.plus_days(grace_days), why)
        } else {
            judge.downgraded(judge.term(draft, &reached, until), why)
        };
        draft.push(event);
    }
}

/// Judges the tier as of the day that has ended: a changed programme may lift it.
pub(in crate::member) fn evaluate(draft: &mut Draft, judge: &Judge<'_>) {
    on_purchase(draft, judge, judge.date.plus_days(-1), TierCause::Evaluated);
}

/// After a merge the higher of both tiers counts, or what the joint purchases reach.
pub(in crate::member) fn on_merge(draft: &mut Draft, judge: &Judge<'_>, source: Option<&TierHeld>) {
    let own = draft.state.tier.as_ref();
    if let Some(source) = source
        && judge.threshold(Some(source)) > judge.threshold(own)
    {
        let term = TierTerm {
            before: own.map(|held| held.tier.clone()),
            tier: source.tier.clone(),
            until: Some(source.until),
            grace_until: source.grace_until,
            basis: source.basis,
            programme_version: source.programme_version,
        };
        draft.push(judge.upgraded(term, TierCause::Merged));
    }
    on_purchase(draft, judge, judge.date, TierCause::Merged);
}

/// The tier as it would be now without the merged members who left, by the purchases that are here: from the tier before
/// the merge, judged at each purchase since, and at each end.
pub(in crate::member) fn alone(
    before: &Draft,
    start: Option<TierHeld>,
    since: BusinessDate,
    judge: &Judge<'_>,
) -> Option<TierHeld> {
    let mut days: Vec<_> = before
        .state
        .ledger
        .orders
        .values()
        .map(|order| order.paid_on)
        .filter(|paid_on| *paid_on >= since)
        .collect();
    days.sort_unstable();
    days.dedup();
    let mut draft = Draft::new(&before.state);
    draft.state.tier = start;
    for date in days {
        let then = Judge { date, ..*judge };
        pass_each_end(&mut draft, &then);
        on_purchase(&mut draft, &then, date, TierCause::Unmerged);
    }
    pass_each_end(&mut draft, judge);
    draft.state.tier
}

/// Ends what ends, each on the day on which it would have.
fn pass_each_end(draft: &mut Draft, judge: &Judge<'_>) {
    for _ in 0..MOST_ENDS {
        let last = draft.state.tier.as_ref().map(TierHeld::last_day);
        let Some(last) = last.filter(|last| *last < judge.date) else {
            return;
        };
        let date = last.plus_days(1);
        pass_ends(draft, &Judge { date, ..*judge });
    }
}
