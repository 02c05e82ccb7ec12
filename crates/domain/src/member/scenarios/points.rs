//! Points: earned to a target, spent by lots, restored, taken back, owed, repaid.

use std::sync::Arc;

use guanxi_kernel::Fen;

use super::*;
use crate::loyalty::{PointsTerms, Programme};
use crate::policy::world::{day, programme, zone};

/// A member with consent.
pub(super) fn active() -> Scenario<Member> {
    after(&[activate(vec![consent(Purpose::Membership, "v1")])])
}

pub(super) fn earn(order: &str, base_fen: i64, paid_on: &str) -> MemberCommand {
    MemberCommand::EarnPoints(Box::new(EarnPoints {
        order_id: order.parse().unwrap(),
        base_fen: Fen(base_fen),
        paid_on: day(paid_on),
        time_zone: zone(),
        for_member: None,
        programme: Arc::new(programme()),
    }))
}

pub(super) fn claw_back(order: &str, base_fen: i64, refunded_on: &str) -> MemberCommand {
    MemberCommand::ClawBackPoints(Box::new(ClawBackPoints {
        order_id: order.parse().unwrap(),
        base_fen: Fen(base_fen),
        refunded_on: day(refunded_on),
        time_zone: zone(),
        for_member: None,
        programme: Arc::new(programme()),
    }))
}

pub(super) fn begin(date: &str) -> MemberCommand {
    MemberCommand::BeginDay(BeginDay {
        date: day(date),
        time_zone: zone(),
        programme: Arc::new(programme()),
    })
}

pub(super) fn spend(name: &str, points: i64, on: &str) -> MemberCommand {
    MemberCommand::SpendPoints(SpendPoints {
        spend_id: name.to_owned(),
        order_id: None,
        points,
        spent_on: day(on),
    })
}

fn restore(name: &str, points: Option<i64>, on: &str) -> MemberCommand {
    MemberCommand::RestorePoints(RestorePoints {
        spend_id: Some(name.to_owned()),
        order_id: None,
        points,
        restored_on: day(on),
        time_zone: zone(),
    })
}

fn adjust(reference: &str, points: i64, reason: &str) -> MemberCommand {
    MemberCommand::AdjustPoints(AdjustPoints {
        reference: reference.to_owned(),
        reason: reason.to_owned(),
        points,
        expires_on: None,
        adjusted_on: day("2026-03-20"),
        time_zone: zone(),
    })
}

fn transfer(name: &str, points: i64) -> MemberCommand {
    MemberCommand::TransferPoints(TransferPoints {
        transfer_id: name.to_owned(),
        to: "m-2".parse().unwrap(),
        points,
        transferred_on: day("2026-03-20"),
        time_zone: zone(),
    })
}

pub(super) fn receive(lots: Vec<LotChange>) -> MemberCommand {
    MemberCommand::ReceivePoints(ReceivePoints {
        transfer_id: "t-1".to_owned(),
        from: "m-1".parse().unwrap(),
        lots,
        received_on: day("2026-03-20"),
        time_zone: zone(),
    })
}

pub(super) fn then(start: Scenario<Member>, commands: &[MemberCommand]) -> Scenario<Member> {
    commands
        .iter()
        .fold(start, |scenario, command| scenario.when(command).accepted())
}

/// Two usable lots: 100 points that end in August, 50 that end in September.
pub(super) fn two_lots() -> Scenario<Member> {
    let past = [
        earn("o-1", 10_000, "2026-02-10"),
        earn("o-2", 5_000, "2026-03-02"),
        begin("2026-03-15"),
    ];
    then(active(), &past)
}

pub(super) fn balance(scenario: &Scenario<Member>) -> (i64, i64, i64) {
    let balance = scenario.state().ledger.balance();
    (balance.available, balance.pending, balance.debt)
}

fn left(scenario: &Scenario<Member>) -> Vec<(String, i64)> {
    let lots = scenario.state().ledger.lots.values();
    lots.map(|lot| (lot.lot.lot_id.clone(), lot.points)).collect()
}

pub(super) fn names(events: &[MemberEvent]) -> Vec<&'static str> {
    use guanxi_kernel::DomainEvent as _;
    events.iter().map(MemberEvent::name).collect()
}

#[test]
fn a_purchase_earns_the_floor_of_rate_times_base_and_waits_for_its_return_window() {
    let answer = active()
        .when(&earn("o-1", 12_399, "2026-03-02"))
        .answer()
        .unwrap();
    let [MemberEvent::PointsPended(pended)] = &answer[..] else {
        panic!("{answer:?}");
    };
    assert_eq!((pended.points, pended.balance.pending), (123, 123));
    assert_eq!(pended.lots[0].lot.activates_on, Some(day("2026-03-10")));
    assert_eq!(pended.lots[0].lot.expires_on, Some(day("2026-09-30")));
    let no_window = Programme {
        points: PointsTerms {
            return_window_days: 0,
            ..programme().points
        },
        ..programme()
    };
    let MemberCommand::EarnPoints(mut command) = earn("o-1", 12_399, "2026-03-02") else {
        unreachable!()
    };
    command.programme = Arc::new(no_window);
    let at_once = active()
        .when(&MemberCommand::EarnPoints(command))
        .answer()
        .unwrap();
    assert_eq!(names(&at_once), ["member.points_earned.v1"]);
}

#[test]
fn an_order_earns_once_however_often_it_is_told() {
    let once = then(active(), &[earn("o-1", 10_000, "2026-03-02")]);
    once.when(&earn("o-1", 10_000, "2026-03-02")).nothing();
}

#[test]
fn an_order_too_small_for_a_point_still_counts_for_the_tier() {
    let small = then(active(), &[earn("o-1", 99, "2026-03-02")]);
    assert_eq!(balance(&small), (0, 0, 0));
    assert_eq!(small.state().ledger.orders.len(), 1);
}

#[test]
fn who_agreed_to_nothing_collects_nothing() {
    walk_in().when(&earn("o-1", 10_000, "2026-03-02")).nothing();
}

#[test]
fn refunds_in_any_number_take_back_to_the_target_and_a_full_one_ends_at_nothing() {
    let paid = || then(active(), &[earn("o-1", 10_000, "2026-03-02")]);
    let parts = [
        claw_back("o-1", 6_667, "2026-03-03"),
        claw_back("o-1", 3_333, "2026-03-04"),
        claw_back("o-1", 0, "2026-03-05"),
    ];
    let [one, two, three] = [1, 2, 3].map(|many| balance(&then(paid(), &parts[..many])));
    assert_eq!([one, two, three], [(0, 66, 0), (0, 33, 0), (0, 0, 0)]);
    then(paid(), &parts)
        .when(&claw_back("o-1", 0, "2026-03-06"))
        .nothing();
    active().when(&claw_back("o-9", 0, "2026-03-06")).nothing();
}

#[test]
fn a_refund_that_was_of_other_money_gives_again_what_it_had_taken() {
    let past = [
        earn("o-1", 10_000, "2026-03-02"),
        claw_back("o-1", 4_000, "2026-03-03"),
        claw_back("o-1", 10_000, "2026-03-03"),
    ];
    let again = then(active(), &past);
    assert_eq!(balance(&again), (0, 100, 0));
    assert_eq!(left(&again), [("o-1".to_owned(), 40), ("o-1/2".to_owned(), 60)]);
}

#[test]
fn points_go_back_from_waiting_ones_then_the_same_lots_then_others_then_as_a_debt() {
    let earned = || then(two_lots(), &[earn("o-3", 2_000, "2026-03-16")]);
    // o-2 has 50 usable; o-1 100 usable; o-3 20 waiting, which are another order's and stay.
    let spent = then(earned(), &[spend("x-1", 130, "2026-03-17")]);
    assert_eq!(left(&spent), [("o-2".to_owned(), 20), ("o-3".to_owned(), 20)]);
    let answer = spent.when(&claw_back("o-1", 0, "2026-03-18"));
    let back = answer.accepted();
    // 100 are to go back: none of o-1 is left, 20 are of o-2, 80 are owed.
    assert_eq!(balance(&back), (0, 20, 80));
    let waiting = then(earned(), &[claw_back("o-3", 500, "2026-03-18")]);
    assert_eq!(balance(&waiting), (150, 5, 0));
}

#[test]
fn a_debt_is_repaid_by_the_next_earnings_as_they_become_usable() {
    let past = [
        spend("x-1", 150, "2026-03-17"),
        claw_back("o-1", 0, "2026-03-18"),
        earn("o-4", 30_000, "2026-03-19"),
    ];
    let owing = then(two_lots(), &past);
    assert_eq!(balance(&owing), (0, 300, 100));
    let events = owing.when(&begin("2026-03-27")).answer().unwrap();
    let expected = ["member.points_activated.v1", "member.points_debt_repaid.v1"];
    assert_eq!(names(&events), expected);
    let repaid = then(two_lots(), &past).when(&begin("2026-03-27")).accepted();
    assert_eq!(balance(&repaid), (200, 0, 0));
}

#[test]
fn debt_and_expiry_do_not_exclude_each_other() {
    let past = [
        spend("x-1", 150, "2026-03-17"),
        claw_back("o-1", 0, "2026-03-18"),
        restore("x-1", Some(50), "2026-03-19"),
    ];
    let both = then(two_lots(), &past);
    assert_eq!(balance(&both), (50, 0, 100));
    both.when(&spend("x-2", 1, "2026-03-20"))
        .refused("member.points_insufficient");
    let later = then(two_lots(), &past).when(&begin("2026-10-01")).accepted();
    assert_eq!(
        balance(&later),
        (0, 0, 100),
        "what ended, ended; what is owed, is owed"
    );
}

#[test]
fn spending_names_the_lots_that_end_first() {
    let answer = two_lots()
        .when(&spend("x-1", 120, "2026-03-16"))
        .answer()
        .unwrap();
    let [MemberEvent::PointsSpent(spent)] = &answer[..] else {
        panic!("{answer:?}");
    };
    let taken: Vec<_> = spent
        .lots
        .iter()
        .map(|lot| (lot.lot.lot_id.as_str(), lot.points))
        .collect();
    assert_eq!(taken, [("o-1", -100), ("o-2", -20)]);
}

#[test]
fn a_spending_called_off_restores_the_lots_with_their_own_ends() {
    let spent = || then(two_lots(), &[spend("x-1", 120, "2026-03-16")]);
    let restored = then(spent(), &[restore("x-1", None, "2026-03-20")]);
    assert_eq!(restored.state().ledger.lots, two_lots().state().ledger.lots);
    restored.when(&restore("x-1", None, "2026-03-20")).nothing();
    // A part goes back to what was taken last.
    let part = then(spent(), &[restore("x-1", Some(30), "2026-03-20")]);
    assert_eq!(left(&part), [("o-1".to_owned(), 10), ("o-2".to_owned(), 50)]);
}

#[test]
fn what_is_restored_after_its_end_has_both_facts_restored_and_expired() {
    let spent = then(two_lots(), &[spend("x-1", 120, "2026-03-16")]);
    let events = spent.when(&restore("x-1", None, "2026-09-01")).answer().unwrap();
    assert_eq!(
        names(&events),
        ["member.points_restored.v1", "member.points_expired.v1"]
    );
}

#[test]
fn what_cannot_be_spent_is_refused() {
    two_lots()
        .when(&spend("x-1", 151, "2026-03-16"))
        .refused("member.points_insufficient");
    two_lots()
        .when(&spend("x-1", 0, "2026-03-16"))
        .refused("member.points_invalid");
    // Its midnight has not come through yet, but the day is over.
    two_lots()
        .when(&spend("x-1", 60, "2026-09-01"))
        .refused("member.points_insufficient");
    let spent = || then(two_lots(), &[spend("x-1", 20, "2026-03-16")]);
    spent().when(&spend("x-1", 20, "2026-03-16")).nothing();
    spent()
        .when(&spend("x-1", 21, "2026-03-16"))
        .refused("member.spend_reused");
}

#[test]
fn what_cannot_be_restored_is_refused() {
    let spent = || then(two_lots(), &[spend("x-1", 20, "2026-03-16")]);
    spent()
        .when(&restore("x-9", None, "2026-03-16"))
        .refused("member.spend_unknown");
    spent()
        .when(&restore("x-1", Some(21), "2026-03-16"))
        .refused("member.restore_too_much");
    spent()
        .when(&restore("x-1", Some(-1), "2026-03-16"))
        .refused("member.points_invalid");
}

#[test]
fn an_order_called_off_restores_all_that_was_spent_for_it() {
    let for_order = |name: &str| {
        MemberCommand::SpendPoints(SpendPoints {
            spend_id: name.to_owned(),
            order_id: Some("o-9".parse().unwrap()),
            points: 30,
            spent_on: day("2026-03-16"),
        })
    };
    let cancelled = MemberCommand::RestorePoints(RestorePoints {
        spend_id: None,
        order_id: Some("o-9".parse().unwrap()),
        points: None,
        restored_on: day("2026-03-17"),
        time_zone: zone(),
    });
    let spent = then(two_lots(), &[for_order("x-1"), for_order("x-2")]);
    let back = then(spent, std::slice::from_ref(&cancelled));
    assert_eq!(balance(&back), (150, 0, 0));
    back.when(&cancelled).nothing();
}

#[test]
fn points_are_put_right_by_hand_once_per_reference_and_with_a_reason() {
    let given = || then(two_lots(), &[adjust("case-1", 30, "double scan")]);
    assert_eq!(balance(&given()), (180, 0, 0));
    given().when(&adjust("case-1", 30, "double scan")).nothing();
    let taken = then(two_lots(), &[adjust("case-2", -110, "fraud")]);
    assert_eq!(left(&taken), [("o-2".to_owned(), 40)]);
    two_lots()
        .when(&adjust("case-3", -151, "fraud"))
        .refused("member.points_insufficient");
    two_lots()
        .when(&adjust("case-3", 0, "fraud"))
        .refused("member.points_invalid");
    two_lots()
        .when(&adjust("case-3", 5, " "))
        .refused("member.reason_missing");
}

#[test]
fn a_gift_goes_out_here_and_in_there_with_the_ends_it_had() {
    let answer = two_lots().when(&transfer("t-1", 120)).answer().unwrap();
    let [MemberEvent::PointsTransferred(out)] = &answer[..] else {
        panic!("{answer:?}");
    };
    assert_eq!((out.points, out.balance.available), (120, 30));
    let lots = out.lots.iter().map(|lot| LotChange::new(&lot.lot, -lot.points));
    let received = then(active(), &[receive(lots.collect())]);
    assert_eq!(balance(&received), (120, 0, 0));
    let ends: Vec<_> = received
        .state()
        .ledger
        .lots
        .values()
        .map(|lot| lot.lot.expires_on)
        .collect();
    assert_eq!(ends, [Some(day("2026-08-31")), Some(day("2026-09-30"))]);
    received.when(&receive(vec![])).nothing();
    let given = || then(two_lots(), &[transfer("t-1", 120)]);
    given().when(&transfer("t-1", 120)).nothing();
    given().when(&transfer("t-1", 7)).refused("member.spend_reused");
}

#[test]
fn a_gift_to_somebody_forgotten_or_unknown_goes_back() {
    for nobody in [erased(), unknown()] {
        let declined = nobody.when(&receive(vec![])).answer().unwrap();
        assert_eq!(names(&declined), ["member.points_transfer_declined.v1"]);
    }
}

#[test]
fn forgetting_a_person_ends_the_points_first() {
    let events = two_lots().when(&erase()).answer().unwrap();
    assert_eq!(names(&events), ["member.points_expired.v1", "member.erased.v1"]);
}
