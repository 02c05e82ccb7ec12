//! Tiers: reached at once, kept for a time, in grace at the end, taken back by refunds, judged by versions.

use std::sync::Arc;

use guanxi_kernel::Fen;

use super::points::{active, begin, claw_back, earn, names, then};
use super::*;
use crate::loyalty::{AfterRefund, Programme, Window};
use crate::policy::world::{day, level, programme, zone};

fn by(programme: Programme, command: MemberCommand) -> MemberCommand {
    let programme = Arc::new(programme);
    match command {
        MemberCommand::EarnPoints(mut command) => {
            command.programme = programme;
            MemberCommand::EarnPoints(command)
        }
        MemberCommand::ClawBackPoints(mut command) => {
            command.programme = programme;
            MemberCommand::ClawBackPoints(command)
        }
        MemberCommand::BeginDay(mut command) => {
            command.programme = programme;
            MemberCommand::BeginDay(command)
        }
        other => other,
    }
}

fn evaluate(programme: Programme, date: &str) -> MemberCommand {
    MemberCommand::EvaluateTier(EvaluateTier {
        date: day(date),
        time_zone: zone(),
        programme: Arc::new(programme),
    })
}

fn tier(scenario: &Scenario<Member>) -> Option<(&str, String)> {
    let held = scenario.state().tier.as_ref()?;
    Some((held.tier.as_str(), held.last_day().to_string()))
}

/// Silver since the second of March, by two purchases.
fn silver() -> Scenario<Member> {
    let past = [
        earn("o-1", 60_000, "2026-02-10"),
        earn("o-2", 40_000, "2026-03-02"),
    ];
    then(active(), &past)
}

#[test]
fn a_tier_is_reached_with_the_fen_that_reaches_it_and_says_by_what() {
    let almost = then(active(), &[earn("o-1", 99_999, "2026-03-02")]);
    assert_eq!(tier(&almost), None);
    let events = almost.when(&earn("o-2", 1, "2026-03-02")).answer().unwrap();
    let [MemberEvent::PointsPended(_), MemberEvent::TierUpgraded(upgraded)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(upgraded.term.basis.spent_fen, Fen(100_000));
    assert_eq!(upgraded.term.basis.threshold_fen, Fen(100_000));
    assert_eq!(upgraded.term.basis.from, day("2025-03-03"));
    assert_eq!(upgraded.term.until, Some(day("2027-03-02")));
    assert_eq!(upgraded.term.programme_version, 1);
}

#[test]
fn the_purchase_that_lifts_the_tier_earns_at_the_rate_before_and_later_refunds_at_the_same() {
    let past = [
        earn("o-1", 100_000, "2026-03-02"),
        earn("o-2", 10_000, "2026-03-03"),
    ];
    let orders = then(active(), &past).state().ledger.orders.clone();
    let given: Vec<_> = orders.values().map(|order| (order.rate.0, order.given)).collect();
    assert_eq!(given, [(100, 1_000), (120, 120)]);
    let back = then(then(active(), &past), &[claw_back("o-2", 5_000, "2026-03-04")]);
    assert_eq!(back.state().ledger.orders[&"o-2".parse().unwrap()].given, 60);
}

#[test]
fn a_tier_that_is_earned_again_at_its_end_is_retained() {
    let again = then(silver(), &[earn("o-3", 100_000, "2027-03-02")]);
    let events = again.when(&begin("2027-03-03")).answer().unwrap();
    assert!(names(&events).contains(&"member.tier_retained.v1"), "{events:?}");
    let kept = then(
        silver(),
        &[earn("o-3", 100_000, "2027-03-02"), begin("2027-03-03")],
    );
    assert_eq!(tier(&kept), Some(("silver", "2028-03-02".to_owned())));
    assert_eq!(
        kept.state().tier.as_ref().map(|held| held.since),
        Some(day("2026-03-02"))
    );
}

#[test]
fn a_tier_that_is_not_earned_again_stands_in_grace_and_then_ends() {
    let grace = then(silver(), &[begin("2027-03-03")]);
    assert_eq!(tier(&grace), Some(("silver", "2027-04-01".to_owned())));
    let over = then(silver(), &[begin("2027-03-03"), begin("2027-04-02")]);
    assert_eq!(tier(&over), None);
    // Earned again within the grace.
    let again = then(
        silver(),
        &[begin("2027-03-03"), earn("o-3", 100_000, "2027-03-20")],
    );
    assert_eq!(tier(&again), Some(("silver", "2028-03-20".to_owned())));
}

#[test]
fn midnights_that_come_late_end_as_they_would_have_in_time() {
    let late = then(silver(), &[begin("2027-06-01")]);
    let in_time = then(silver(), &[begin("2027-03-03"), begin("2027-04-02")]);
    assert_eq!(tier(&late), tier(&in_time));
}

#[test]
fn a_refund_that_takes_away_the_ground_starts_grace_or_ends_the_tier() {
    let events = silver()
        .when(&claw_back("o-2", 39_999, "2026-03-05"))
        .answer()
        .unwrap();
    let Some(MemberEvent::TierGraceStarted(grace)) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!(grace.term.basis.spent_fen, Fen(99_999));
    assert_eq!(grace.term.grace_until, Some(day("2026-04-04")));
    let order_id = "o-2".parse().unwrap();
    assert_eq!(grace.why, TierCause::Refund { order_id });
    let mut strict = programme();
    strict.tiers.after_refund = AfterRefund::Downgrade;
    strict.version = 2;
    let events = silver()
        .when(&by(strict, claw_back("o-2", 39_999, "2026-03-05")))
        .answer()
        .unwrap();
    let Some(MemberEvent::TierDowngraded(down)) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!((down.term.tier.as_str(), down.term.until), ("ordinary", None));
    assert_eq!(down.term.programme_version, 2);
}

#[test]
fn a_refund_that_leaves_the_ground_changes_no_tier() {
    let rich = then(silver(), &[earn("o-3", 20_000, "2026-03-03")]);
    let events = rich
        .when(&claw_back("o-1", 50_000, "2026-03-05"))
        .answer()
        .unwrap();
    // The purchases of today's window still reach silver, though those of the day it was reached no longer do.
    assert_eq!(names(&events), ["member.points_clawed_back.v1"]);
}

#[test]
fn a_tier_ends_one_step_down_where_its_purchases_reach_the_lower_one() {
    let gold = then(
        active(),
        &[
            earn("o-1", 300_000, "2026-03-02"),
            earn("o-2", 100_000, "2027-01-10"),
        ],
    );
    let down = then(gold, &[begin("2027-03-03"), begin("2027-04-02")]);
    assert_eq!(tier(&down), Some(("silver", "2028-04-01".to_owned())));
}

#[test]
fn a_changed_programme_lifts_at_the_next_judgement_and_ends_nothing_early() {
    let mut generous = programme();
    generous.version = 2;
    generous.tiers.levels = vec![
        level("ordinary", 0, 100),
        level("silver", 50_000, 120),
        level("gold", 90_000, 150),
    ];
    let events = silver().when(&evaluate(generous, "2026-03-10")).answer().unwrap();
    let [MemberEvent::TierUpgraded(upgraded)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(
        (upgraded.term.tier.as_str(), upgraded.term.programme_version),
        ("gold", 2)
    );
    let mut harsh = programme();
    harsh.version = 3;
    harsh.tiers.levels[1].threshold_fen = Fen(200_000);
    silver().when(&evaluate(harsh, "2026-03-10")).nothing();
}

#[test]
fn a_tier_of_the_calendar_year_holds_to_the_end_of_the_next() {
    let mut yearly = programme();
    yearly.tiers.window = Window::CalendarYear;
    let past = [by(yearly.clone(), earn("o-1", 100_000, "2026-11-11"))];
    let held = then(active(), &past);
    assert_eq!(tier(&held), Some(("silver", "2027-12-31".to_owned())));
    let next = then(held, &[by(yearly, begin("2028-01-01"))]);
    assert_eq!(tier(&next), Some(("silver", "2028-01-30".to_owned())), "in grace");
}
