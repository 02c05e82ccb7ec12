//! How long they are bound, and how a member goes to another guide.

use super::*;

pub(super) fn request(to: &str, call: &str) -> GuideCommand {
    request_as(to, call, HandoverCause::OnTheJob, "2026-03-02T00:00:00Z")
}

fn request_as(to: &str, call: &str, cause: HandoverCause, when: &str) -> GuideCommand {
    GuideCommand::RequestHandover(RequestHandover {
        to_guide_id: to.parse().unwrap(),
        to_store_id: None,
        handover_id: call.parse().unwrap(),
        cause,
        requested_at: when.parse().unwrap(),
    })
}

pub(super) fn complete(call: Option<&str>, when: &str) -> GuideCommand {
    GuideCommand::CompleteHandover(CompleteHandover {
        handover_id: call.map(|call| call.parse().unwrap()),
        completed_at: when.parse().unwrap(),
    })
}

fn reject(reason: RejectReason) -> GuideCommand {
    GuideCommand::RejectHandover(RejectHandover {
        reason,
        rejected_at: at(),
    })
}

fn renew(until: Option<&str>) -> GuideCommand {
    GuideCommand::RenewBinding(RenewBinding {
        expires_at: until.map(|until| until.parse().unwrap()),
        renewed_at: at(),
    })
}

fn expire(when: &str) -> GuideCommand {
    GuideCommand::ExpireBinding(ExpireBinding {
        expired_at: when.parse().unwrap(),
    })
}

/// Bound by a handover, with these transfers on record.
fn handed_over(transfers: &[&str]) -> GuideEvent {
    Bound {
        handed_over: Some(HandedOver {
            from_guide_id: "g-0".parse().unwrap(),
            handover_id: "h-0".parse().unwrap(),
            transfers: transfers.iter().map(|at| at.parse().unwrap()).collect(),
        }),
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        store_id: Some("shop".parse().unwrap()),
        exclusive: true,
        bound_at: at(),
        expires_at: None,
    }
    .into()
}

fn names(answer: Result<Vec<GuideEvent>, GuideRefusal>) -> Vec<&'static str> {
    let events = answer.unwrap();
    events.iter().map(guanxi_kernel::DomainEvent::name).collect()
}

#[test]
fn a_binding_for_a_time_ends_unless_renewed() {
    let for_a_year = || {
        let bind = Bind {
            expires_at: Some("2027-03-02T00:00:00Z".parse().unwrap()),
            ..binding(true)
        };
        given([]).when(&GuideCommand::Bind(bind)).accepted()
    };
    let expired = BindingExpired {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        exclusive: true,
        expired_at: "2027-03-02T00:00:00Z".parse().unwrap(),
        dropped_guide_id: None,
    };
    assert_eq!(
        GuideRelationship::claims(&expired.clone().into()),
        [ClaimChange::Release(ClaimKey::open("guide.exclusive", "m-1"))]
    );
    for_a_year()
        .when(&expire("2027-03-01T23:59:59Z"))
        .nothing()
        .when(&expire("2027-03-02T00:00:00Z"))
        .then([expired.into()])
        .when(&expire("2027-03-02T00:00:00Z"))
        .nothing();
    let renewed = for_a_year().when(&renew(None)).accepted();
    renewed
        .when(&renew(None))
        .nothing()
        .when(&expire("2027-03-02T00:00:00Z"))
        .nothing();
}

#[test]
fn a_binding_ends_after_it_begins() {
    let bind = Bind {
        expires_at: Some(at()),
        ..binding(false)
    };
    given([])
        .when(&GuideCommand::Bind(bind))
        .refused("guide.term_over");
    given([bound(false)])
        .when(&renew(Some("2026-03-01T00:00:00Z")))
        .refused("guide.term_over");
    given([]).when(&renew(None)).refused("guide.not_bound");
}

#[test]
fn a_requested_handover_is_not_a_completed_one() {
    let requested = HandoverRequested {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        handover_id: "h-1".parse().unwrap(),
        cause: HandoverCause::OnTheJob,
        requested_at: at(),
        effective_at: "2026-03-03T00:00:00Z".parse().unwrap(),
    };
    let asked = given([bound(true)])
        .when(&request("g-2", "h-1"))
        .then([requested.into()]);
    assert!(matches!(asked.state().binding, Binding::Bound(_)));
    asked
        .when(&request("g-2", "h-1"))
        .nothing()
        .when(&complete(None, "2026-03-02T23:59:59Z"))
        .refused("guide.handover_not_effective");
}

#[test]
fn a_completed_handover_ends_the_binding_and_frees_the_member() {
    let completed = GuideEvent::from(HandoverCompleted {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        handover_id: "h-1".parse().unwrap(),
        cause: HandoverCause::OnTheJob,
        exclusive: true,
        completed_at: "2026-03-03T00:00:00Z".parse().unwrap(),
        transfers: vec!["2026-03-03T00:00:00Z".parse().unwrap()],
    });
    let over = given([bound(true)])
        .when(&request("g-2", "h-1"))
        .accepted()
        .when(&complete(Some("h-1"), "2026-03-03T00:00:00Z"))
        .then([completed.clone()]);
    over.when(&complete(Some("h-1"), "2026-03-03T00:00:00Z"))
        .nothing()
        .when(&unbind())
        .nothing();
    assert_eq!(
        GuideRelationship::claims(&completed),
        [
            ClaimChange::Release(ClaimKey::open("guide.exclusive", "m-1")),
            ClaimChange::Release(ClaimKey::open("guide.handover", "g-2/m-1")),
        ]
    );
}

#[test]
fn one_handover_at_a_time() {
    let asked = || given([bound(true)]).when(&request("g-2", "h-1")).accepted();
    asked()
        .when(&request("g-3", "h-2"))
        .refused("guide.handover_pending");
    asked()
        .when(&complete(Some("h-0"), "2026-03-04T00:00:00Z"))
        .nothing();
    given([]).when(&request("g-2", "h-1")).refused("guide.not_bound");
    given([bound(true)])
        .when(&request("g-1", "h-1"))
        .refused("guide.same_guide");
    given([bound(true)])
        .when(&complete(None, "2026-03-04T00:00:00Z"))
        .refused("guide.no_handover");
}

#[test]
fn the_customer_may_refuse_and_the_other_guide_may_be_full() {
    let asked = || given([bound(true)]).when(&request("g-2", "h-1")).accepted();
    for (reason, told) in [
        (
            RejectReason::CustomerRefused,
            "guide_relationship.handover_rejected.v1",
        ),
        (
            RejectReason::GuideFull,
            "guide_relationship.handover_cap_reached.v1",
        ),
    ] {
        assert_eq!(names(asked().when(&reject(reason)).answer()), [told]);
        let still = asked().when(&reject(reason)).accepted();
        assert!(matches!(still.state().binding, Binding::Bound(_)));
        // The clock comes for the call that failed.
        let still = still
            .when(&complete(Some("h-1"), "2026-03-03T00:00:00Z"))
            .nothing();
        still.when(&reject(reason)).refused("guide.no_handover");
    }
}

#[test]
fn on_the_job_a_member_is_handed_over_at_most_twice_in_ninety_days() {
    let twice = || given([handed_over(&["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"])]);
    let on_the_job = |when| request_as("g-2", "h-1", HandoverCause::OnTheJob, when);
    twice()
        .when(&on_the_job("2026-03-31T23:59:59Z"))
        .refused("guide.transfer_limit");
    // Ninety days after the first.
    twice().when(&on_the_job("2026-04-01T00:00:00Z")).accepted();
    twice()
        .when(&request_as(
            "g-2",
            "h-1",
            HandoverCause::Resigned,
            "2026-03-02T00:00:00Z",
        ))
        .accepted();
}

#[test]
fn a_resignation_does_not_count_as_a_transfer() {
    let over = given([handed_over(&["2026-02-01T00:00:00Z"])])
        .when(&request_as(
            "g-2",
            "h-1",
            HandoverCause::Resigned,
            "2026-03-02T00:00:00Z",
        ))
        .accepted();
    let answer = over
        .when(&complete(Some("h-1"), "2026-03-03T00:00:00Z"))
        .answer()
        .unwrap();
    let [GuideEvent::HandoverCompleted(completed)] = &answer[..] else {
        panic!("{answer:?}")
    };
    assert_eq!(completed.transfers.len(), 1);
}

#[test]
fn a_handover_ends_with_the_binding() {
    let gone = given([bound(true)])
        .when(&request("g-2", "h-1"))
        .accepted()
        .when(&unbind())
        .answer()
        .unwrap();
    assert_eq!(
        GuideRelationship::claims(&gone[0]),
        [
            ClaimChange::Release(ClaimKey::open("guide.exclusive", "m-1")),
            ClaimChange::Release(ClaimKey::open("guide.handover", "g-2/m-1")),
        ]
    );
}

#[test]
fn a_guide_who_had_been_added_before_takes_over_all_the_same() {
    let GuideEvent::Bound(over) = handed_over(&["2026-03-01T00:00:00Z"]) else {
        panic!()
    };
    let take = GuideCommand::Bind(Bind {
        handed_over: over.handed_over.clone(),
        store_id: None,
        ..binding(true)
    });
    let added = given([bound(false)]).when(&take).then([over.into()]);
    added.when(&take).nothing();
}
