//! What orders do to points across streams, told in the small world.

use super::world::{World, day, programme, zone};
use crate::member::{MemberCommand, MemberEvent, SpendPoints, TransferPoints};

fn world() -> World {
    let mut world = World::new(programme(), day("2026-03-01"));
    world.member("m-1");
    world.member("m-2");
    world.order("o-1", "m-1", 10_000);
    world.advance(day("2026-03-09"));
    world
}

fn spend_for(order: &str) -> MemberCommand {
    MemberCommand::SpendPoints(SpendPoints {
        spend_id: format!("x-{order}"),
        order_id: Some(order.parse().unwrap()),
        points: 30,
        spent_on: day("2026-03-09"),
    })
}

fn give(points: i64) -> MemberCommand {
    MemberCommand::TransferPoints(TransferPoints {
        transfer_id: "t-1".to_owned(),
        to: "m-2".parse().unwrap(),
        points,
        transferred_on: day("2026-03-09"),
        time_zone: zone(),
    })
}

#[test]
fn a_cancelled_order_gives_back_what_was_spent_for_it() {
    let mut world = world();
    world.ask("m-1", spend_for("o-2")).unwrap();
    assert_eq!(world.balance("m-1"), (70, 0, 0));
    world.cancel("o-2");
    world.cancel("o-3");
    assert_eq!(world.balance("m-1"), (100, 0, 0));
}

#[test]
fn a_cancelled_order_of_a_merged_member_gives_back_at_the_survivor() {
    let mut world = world();
    world.ask("m-1", spend_for("o-2")).unwrap();
    world.merge("m-1", "m-2").unwrap();
    world.cancel("o-2");
    assert_eq!(
        (world.balance("m-1"), world.balance("m-2")),
        ((0, 0, 0), (100, 0, 0))
    );
}

#[test]
fn an_order_of_a_merged_member_earns_at_the_survivor_and_its_refund_takes_back_there() {
    let mut world = world();
    world.merge("m-1", "m-2").unwrap();
    world.order("o-2", "m-1", 5_000);
    assert_eq!(world.balance("m-2"), (100, 50, 0));
    world.refund("o-2", 100);
    world.refund("o-1", 50);
    assert_eq!(world.balance("m-2"), (50, 0, 0));
}

#[test]
fn points_given_arrive_also_where_the_receiver_was_merged() {
    let mut world = world();
    world.member("m-3");
    world.merge("m-2", "m-3").unwrap();
    world.ask("m-1", give(40)).unwrap();
    assert_eq!(
        (world.balance("m-1"), world.balance("m-3")),
        ((60, 0, 0), (40, 0, 0))
    );
}

#[test]
fn points_given_to_somebody_who_was_forgotten_come_back() {
    let mut world = world();
    world.erase("m-2");
    world.ask("m-1", give(40)).unwrap();
    assert_eq!(world.balance("m-1"), (100, 0, 0));
    let declined = world
        .log
        .iter()
        .any(|(id, event)| id == "m-2" && matches!(event, MemberEvent::PointsTransferDeclined(_)));
    assert!(declined);
}

#[test]
fn the_same_facts_told_again_change_nothing() {
    let mut world = world();
    world.refund("o-1", 40);
    let before = world.state("m-1");
    world.refund("o-1", 0);
    world.order("o-1", "m-1", 6_000);
    assert_eq!(world.state("m-1"), before);
}
