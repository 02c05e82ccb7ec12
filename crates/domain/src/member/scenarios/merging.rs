//! The steps of a merge, and what is refused. Whole histories are in the property test beside the policies.

use std::sync::Arc;

use super::points::{active, balance, begin, claw_back, earn, names, receive, spend, then, two_lots};
use super::*;
use crate::policy::world::{World, day, programme, zone};

fn alive() -> Survivor {
    Survivor {
        known: true,
        active: true,
        merged: false,
        erased: false,
    }
}

fn merge(into: &str, survivor: Survivor, reason: &str) -> MemberCommand {
    MemberCommand::Merge(Merge {
        source: "m-1".parse().unwrap(),
        into: into.parse().unwrap(),
        survivor,
        reason: reason.to_owned(),
        merged_on: day("2026-03-20"),
        time_zone: zone(),
    })
}

fn unmerge(survivor: Survivor, reason: &str) -> MemberCommand {
    MemberCommand::Unmerge(Unmerge {
        survivor,
        reason: reason.to_owned(),
        unmerged_on: day("2026-03-21"),
        time_zone: zone(),
    })
}

fn merged() -> Scenario<Member> {
    then(two_lots(), &[merge("m-2", alive(), "same phone")])
}

fn absorb(active: bool) -> MemberCommand {
    MemberCommand::Absorb(Box::new(Absorb {
        source: "m-1".parse().unwrap(),
        active,
        holdings: Holdings::default(),
        tier: None,
        aliases: vec!["m-0".parse().unwrap()],
        subjects: vec![subject("s-7")],
        merged_on: day("2026-03-20"),
        time_zone: zone(),
        programme: Arc::new(programme()),
    }))
}

fn obstacle(events: &[MemberEvent]) -> Option<AbsorbObstacle> {
    match events {
        [MemberEvent::AbsorbDeclined(declined)] => Some(declined.obstacle),
        _ => None,
    }
}

#[test]
fn a_merge_closes_the_source_and_sends_all_it_holds_over() {
    let answer = two_lots()
        .when(&merge("m-2", alive(), "same phone"))
        .answer()
        .unwrap();
    let [MemberEvent::Merged(event)] = &answer[..] else {
        panic!("{answer:?}");
    };
    assert_eq!(event.holdings.balance().available, 150);
    let way: Vec<_> = event
        .holdings
        .lots
        .iter()
        .map(|lot| lot.lot.came_from.len())
        .collect();
    assert_eq!(way, [1, 1]);
    assert_eq!(balance(&merged()), (0, 0, 0));
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let cases = [
        (merge("m-1", alive(), "x"), "member.merge_with_itself"),
        (merge("m-2", Survivor::default(), "x"), "member.survivor_unknown"),
        (
            merge(
                "m-2",
                Survivor {
                    erased: true,
                    ..alive()
                },
                "x",
            ),
            "member.survivor_erased",
        ),
        (
            merge(
                "m-2",
                Survivor {
                    merged: true,
                    ..alive()
                },
                "x",
            ),
            "member.survivor_merged",
        ),
        (
            merge(
                "m-2",
                Survivor {
                    active: false,
                    ..alive()
                },
                "x",
            ),
            "member.survivor_not_active",
        ),
        (merge("m-2", alive(), " "), "member.reason_missing"),
    ];
    for (command, code) in cases {
        active().when(&command).refused(code);
    }
}

#[test]
fn the_survivor_takes_the_name_and_all_that_led_to_it() {
    let answer = active().when(&absorb(true)).answer().unwrap();
    let claims: Vec<_> = Member::claims(&answer[0]);
    let alias = |id: &str| ClaimChange::Take(guanxi_kernel::ClaimKey::open(ALIAS, id));
    assert_eq!(claims, [alias("m-1"), alias("m-0")]);
    let taken = active().when(&absorb(true)).accepted();
    assert!(taken.state().subjects.contains(&subject("s-7")));
    taken.when(&absorb(true)).nothing();
}

#[test]
fn who_cannot_take_in_says_so_and_everything_goes_back() {
    let declined = |scenario: Scenario<Member>| obstacle(&scenario.when(&absorb(true)).answer().unwrap());
    assert_eq!(declined(unknown()), Some(AbsorbObstacle::Unknown));
    assert_eq!(declined(erased()), Some(AbsorbObstacle::Erased));
    assert_eq!(declined(merged()), Some(AbsorbObstacle::Merged));
    assert_eq!(declined(walk_in()), Some(AbsorbObstacle::NotAMember));
    walk_in().when(&absorb(false)).accepted();
}

#[test]
fn a_closed_member_sends_facts_on_and_refuses_the_rest() {
    let facts = [
        earn("o-9", 1_000, "2026-03-21"),
        claw_back("o-1", 0, "2026-03-21"),
        receive(vec![]),
    ];
    for fact in facts {
        let answer = merged().when(&fact).answer().unwrap();
        assert_eq!(names(&answer), ["member.forwarded.v1"]);
    }
    merged().when(&begin("2026-09-01")).nothing();
    assert_eq!(
        names(&merged().when(&touch()).answer().unwrap()),
        ["member.touchpoint_recorded.v1"]
    );
    for command in [
        spend("x-1", 1, "2026-03-21"),
        link(phone()),
        erase(),
        activate(vec![]),
    ] {
        merged().when(&command).refused("member.merged");
    }
}

#[test]
fn a_way_back_is_refused_where_there_is_none() {
    two_lots()
        .when(&unmerge(alive(), "x"))
        .refused("member.not_merged");
    let gone = Survivor {
        erased: true,
        ..alive()
    };
    merged()
        .when(&unmerge(gone, "x"))
        .refused("member.unmerge_after_erasure");
    let elsewhere = Survivor {
        merged: true,
        ..alive()
    };
    merged()
        .when(&unmerge(elsewhere, "x"))
        .refused("member.survivor_merged");
    merged()
        .when(&unmerge(alive(), ""))
        .refused("member.reason_missing");
    let asked = merged().when(&unmerge(alive(), "two persons")).answer().unwrap();
    assert_eq!(names(&asked), ["member.unmerge_requested.v1"]);
}

#[test]
fn forgetting_the_survivor_forgets_whoever_was_merged() {
    let mut world = World::new(programme(), day("2026-03-01"));
    world.member("m-1");
    world.member("m-2");
    world.merge("m-1", "m-2").unwrap();
    world.ask("m-2", erase()).unwrap();
    for id in ["m-1", "m-2"] {
        assert_eq!(world.state(id).status, MemberStatus::Erased);
    }
    let last = world.log.iter().rev().find_map(|(id, event)| match event {
        MemberEvent::Erased(erased) if id == "m-2" => Some(erased.subjects.len()),
        _ => None,
    });
    assert_eq!(last, Some(3), "the subjects of both, and the one that was named");
    assert_eq!(world.unmerge("m-1").unwrap_err(), MemberRefusal::Erased);
}

#[test]
fn a_merge_into_somebody_who_is_gone_comes_to_nothing() {
    let mut world = World::new(programme(), day("2026-03-01"));
    world.member("m-1");
    world.order("o-1", "m-1", 10_000);
    let before = world.state("m-1");
    // The survivor was there when somebody looked.
    let command = merge("m-9", alive(), "same phone");
    world.ask("m-1", command).unwrap();
    assert_eq!(world.state("m-1"), before);
}

#[test]
fn a_merge_pools_purchases_and_takes_the_higher_tier_and_a_way_back_gives_each_its_own() {
    let mut world = World::new(programme(), day("2026-03-01"));
    world.member("m-1");
    world.member("m-2");
    world.order("o-1", "m-1", 60_000);
    world.order("o-2", "m-2", 60_000);
    assert_eq!((world.tier("m-1"), world.tier("m-2")), (None, None));
    world.merge("m-1", "m-2").unwrap();
    assert_eq!(world.tier("m-2").as_deref(), Some("silver"));
    world.unmerge("m-1").unwrap();
    assert_eq!((world.tier("m-1"), world.tier("m-2")), (None, None));
}
