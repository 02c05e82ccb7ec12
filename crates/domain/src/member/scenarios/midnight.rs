//! The work of a midnight, and its order.

use std::sync::Arc;

use super::points::{active, balance, begin, claw_back, earn, names, spend, then, two_lots};
use super::*;
use crate::policy::world::{day, programme, zone};

#[test]
fn a_day_begins_by_activating_then_ending_tiers_then_expiring_points() {
    let past = [
        // Silver on the last day of January; its year ends with January, and so do none of its purchases.
        earn("o-1", 150_000, "2025-01-31"),
        begin("2025-02-08"),
        spend("x-1", 1_400, "2025-02-09"),
        claw_back("o-1", 140_000, "2025-02-10"),
        // Points that wait on the day on which others end.
        earn("o-2", 4_000, "2025-07-24"),
    ];
    let events = then(active(), &past).when(&begin("2026-02-01")).answer().unwrap();
    let expected = [
        "member.points_activated.v1",
        "member.tier_grace_started.v1",
        "member.points_expired.v1",
    ];
    assert_eq!(names(&events), expected);
}

#[test]
fn a_midnight_that_has_passed_does_nothing_again() {
    let done = then(two_lots(), &[begin("2026-09-01")]);
    assert_eq!(balance(&done), (50, 0, 0));
    done.when(&begin("2026-09-01")).nothing();
}

#[test]
fn points_of_the_last_day_can_be_spent_and_are_gone_at_midnight() {
    let last = then(
        two_lots(),
        &[begin("2026-08-31"), spend("x-1", 150, "2026-08-31")],
    );
    assert_eq!(balance(&last), (0, 0, 0));
    let late = then(two_lots(), &[begin("2026-09-01")]);
    assert_eq!(balance(&late), (50, 0, 0));
}

#[test]
fn the_parts_of_the_work_can_be_asked_for_alone() {
    let earned = || then(active(), &[earn("o-1", 10_000, "2026-01-31")]);
    let activate = MemberCommand::ActivatePoints(ActivatePoints {
        date: day("2026-02-08"),
        time_zone: zone(),
    });
    let usable = then(earned(), std::slice::from_ref(&activate));
    assert_eq!(balance(&usable), (100, 0, 0));
    usable.when(&activate).nothing();
    let expire = MemberCommand::ExpirePoints(ExpirePoints {
        date: day("2026-08-01"),
        time_zone: zone(),
    });
    let over = then(then(earned(), &[activate]), std::slice::from_ref(&expire));
    assert_eq!(balance(&over), (0, 0, 0));
    over.when(&expire).nothing();
    let evaluate = MemberCommand::EvaluateTier(EvaluateTier {
        date: day("2026-02-08"),
        time_zone: zone(),
        programme: Arc::new(programme()),
    });
    earned().when(&evaluate).nothing();
}
