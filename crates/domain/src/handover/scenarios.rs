//! Handing over in numbers, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{MemberId, Timestamp};

use super::*;
use crate::guide::HandoverCause;

fn at() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn members(count: usize) -> Vec<MemberId> {
    (0..count)
        .map(|number| format!("m-{number:04}").parse().unwrap())
        .collect()
}

fn call(to: &str, members: Vec<MemberId>) -> HandoverCommand {
    HandoverCommand::HandOver(HandOver {
        from_guide_id: "g-1".parse().unwrap(),
        to_guide_id: to.parse().unwrap(),
        to_store_id: None,
        cause: HandoverCause::OnTheJob,
        members,
        requested_at: at(),
    })
}

fn resign(to: &str) -> HandoverCommand {
    HandoverCommand::Resign(Resign {
        guide_id: "g-1".parse().unwrap(),
        to_guide_id: to.parse().unwrap(),
        to_store_id: None,
        resigned_at: at(),
    })
}

fn fresh() -> Scenario<Handover> {
    Scenario::given([])
}

#[test]
fn a_call_names_at_most_a_hundred_members() {
    fresh().when(&call("g-2", members(100))).accepted();
    fresh()
        .when(&call("g-2", members(101)))
        .refused("handover.too_many");
    fresh().when(&call("g-2", members(0))).refused("handover.nobody");
}

#[test]
fn a_member_named_twice_is_handed_over_once() {
    let twice = [members(100), members(100)].concat();
    let called = HandoverCalled {
        from_guide_id: "g-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        cause: HandoverCause::OnTheJob,
        members: members(100),
        requested_at: at(),
    };
    fresh().when(&call("g-2", twice)).then([called.into()]);
}

#[test]
fn nobody_hands_over_to_herself() {
    fresh()
        .when(&call("g-1", members(1)))
        .refused("handover.same_guide");
    fresh().when(&resign("g-1")).refused("handover.same_guide");
}

#[test]
fn a_resignation_is_noted_once() {
    let resigned = GuideResigned {
        guide_id: "g-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        resigned_at: at(),
    };
    let once = fresh().when(&resign("g-2")).then([resigned.into()]);
    once.when(&resign("g-2"))
        .nothing()
        .when(&resign("g-3"))
        .refused("handover.already_exists");
}
