//! Midnights at which something happens to a member's points or tier.
//!
//! Each event that sets an end or a beginning sets a deadline at that midnight of its store. The command does all that
//! the day begins with, in the order in which it has to happen; where nothing is left to do, it does nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{BusinessDate, Decider, MemberId, Recorded, StreamRef, TimeZoneId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::loyalty::Programme;
use crate::member::{BeginDay, LotChange, Member, MemberCommand, MemberEvent, TierHeld, TierTerm};
use crate::{GuanxiCommand, GuanxiEvent};

/// Points that wait or end, tiers that end → the midnight's work, in its order.
#[derive(Debug)]
pub struct LoyaltyDays {
    /// The rules.
    pub programme: Arc<Programme>,
}

/// What a deadline remembers.
#[derive(Debug, Serialize, Deserialize)]
struct Day {
    member: MemberId,
    date: BusinessDate,
    time_zone: TimeZoneId,
}

impl Policy for LoyaltyDays {
    const NAME: &'static str = "loyalty_days";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, _: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        Vec::new()
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let Some(GuanxiEvent::Member(what)) = event.own() else {
            return Vec::new();
        };
        let Some((dates, time_zone)) = begins(what) else {
            return Vec::new();
        };
        let member = &event.stream.aggregate_id;
        let set = |date: BusinessDate| DeadlineChange::Set {
            // Named after the event as well: a day that has passed once must not keep a later event from its work.
            key: format!("{member}/{date}/{}", event.sequence),
            due_at: date.starts_at(time_zone),
            payload: json!({ "member": member, "date": date, "time_zone": time_zone }),
        };
        dates.into_iter().map(set).collect()
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        let Ok(day) = deadline.payload::<Day>() else {
            return Vec::new();
        };
        let target = StreamRef::new(Member::TYPE, day.member.as_str());
        let command = MemberCommand::BeginDay(BeginDay {
            date: day.date,
            time_zone: day.time_zone,
            programme: Arc::clone(&self.programme),
        });
        vec![Reaction::new("begin_day", target, command.into()).dated(deadline.due_at, day.date)]
    }
}

type Days<'a> = (BTreeSet<BusinessDate>, &'a TimeZoneId);

/// The days with whose first instant something begins or ends, after an event.
fn begins(event: &MemberEvent) -> Option<Days<'_>> {
    Some(match event {
        MemberEvent::PointsPended(pended) => (activations(&pended.lots), &pended.time_zone),
        MemberEvent::PointsEarned(earned) => (ends(&earned.lots), &earned.time_zone),
        MemberEvent::PointsActivated(activated) => (ends(&activated.lots), &activated.time_zone),
        MemberEvent::PointsTransferred(transferred) => (ends(&transferred.lots), &transferred.time_zone),
        MemberEvent::PointsAdjusted(adjusted) => (ends(&adjusted.lots), &adjusted.time_zone),
        MemberEvent::TierUpgraded(tier) => (of_term(&tier.term), &tier.time_zone),
        MemberEvent::TierRetained(tier) => (of_term(&tier.term), &tier.time_zone),
        MemberEvent::TierGraceStarted(tier) => (of_term(&tier.term), &tier.time_zone),
        MemberEvent::TierDowngraded(tier) => (of_term(&tier.term), &tier.time_zone),
        MemberEvent::Absorbed(absorbed) => (moved(&absorbed.holdings.lots, None), &absorbed.time_zone),
        MemberEvent::Unmerged(unmerged) => {
            let days = moved(&unmerged.holdings.lots, unmerged.tier.as_ref());
            (days, &unmerged.time_zone)
        }
        MemberEvent::Released(released) => (moved(&[], released.own_tier.as_ref()), &released.time_zone),
        _ => return None,
    })
}

fn activations(lots: &[LotChange]) -> BTreeSet<BusinessDate> {
    lots.iter().filter_map(|lot| lot.lot.activates_on).collect()
}

/// The days after the last ones of lots that got points. Restored lots end when they always did.
fn ends(lots: &[LotChange]) -> BTreeSet<BusinessDate> {
    let filled = lots.iter().filter(|lot| lot.points > 0);
    filled
        .filter_map(|lot| Some(lot.lot.expires_on?.plus_days(1)))
        .collect()
}

fn of_term(term: &TierTerm) -> BTreeSet<BusinessDate> {
    let last = term.grace_until.or(term.until);
    last.map(|last| last.plus_days(1)).into_iter().collect()
}

fn moved(lots: &[LotChange], tier: Option<&TierHeld>) -> BTreeSet<BusinessDate> {
    let mut days = activations(lots);
    days.extend(ends(lots));
    days.extend(tier.map(|held| held.last_day().plus_days(1)));
    days
}
