//! What guides earn and whom they serve, between the streams.

use guanxi_kernel::policy::DeadlineChange;

use super::*;
use crate::guide::GuideCommand;
use crate::handover::HandoverCommand;

fn relationship(payload: &Value) -> Recorded<GuanxiEvent> {
    recorded("guide_relationship", "g-1/m-1", payload)
}

fn bound(member: &str) -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "guide_relationship.bound.v1", "guide_id": "g-1", "member_id": member, "store_id": null,
        "exclusive": false, "bound_at": "2026-03-01T04:00:00Z", "expires_at": null, "handed_over": null,
    });
    recorded("guide_relationship", &format!("g-1/{member}"), &payload)
}

fn resigned() -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "handover.guide_resigned.v1", "guide_id": "g-1", "to_guide_id": "g-2", "to_store_id": null,
        "resigned_at": "2026-03-01T04:00:00Z",
    });
    recorded("handover", "leaving", &payload)
}

fn commission(event: &Recorded<GuanxiEvent>) -> Asked {
    asked(&OrderCommission::default(), event, &[])
}

/// What the policy remembers after these events, all of one guide.
fn remembered(events: &[Recorded<GuanxiEvent>]) -> Option<Value> {
    let mut memory = None;
    for event in events {
        assert_eq!(GuideHandover.memory_key(event).as_deref(), Some("g-1"));
        memory = GuideHandover.remember(event, memory);
    }
    memory
}

#[test]
fn a_paid_order_earns_its_guide_a_commission_until_the_return_window_ends() {
    let asked = commission(&recorded("order", "o-1", &paid()));
    assert_eq!(
        story(&asked),
        [("accrue", "guide_relationship/g-1/m-1".to_owned())]
    );
    let GuanxiCommand::GuideRelationship(GuideCommand::AccrueCommission(accrue)) = &asked[0].command else {
        panic!("{asked:?}");
    };
    assert_eq!(accrue.base_fen.0, 10_000, "freight earns nothing");
    // Sold on 2 March: it may come back until the end of the 9th, in Shanghai.
    assert_eq!(accrue.payable_at.to_string(), "2026-03-09T16:00:00Z");
}

#[test]
fn a_sale_to_nobody_known_earns_its_guide_a_commission_too() {
    let mut payload = paid();
    payload["member_id"] = Value::Null;
    let asked = commission(&recorded("order", "o-1", &payload));
    assert_eq!(
        story(&asked),
        [("accrue", "guide_relationship/g-1/anonymous".to_owned())]
    );
}

#[test]
fn without_a_guide_or_as_a_test_nobody_earns_anything() {
    for (field, value) in [("guide", Value::Null), ("test", json!(true))] {
        let mut payload = paid();
        payload[field] = value;
        assert!(
            commission(&recorded("order", "o-1", &payload)).is_empty(),
            "{field}"
        );
    }
}

#[test]
fn a_refund_reverses_down_to_what_remains() {
    let asked = commission(&refunded(4_000, &[]));
    assert_eq!(
        story(&asked),
        [("reverse", "guide_relationship/g-1/m-1".to_owned())]
    );
    let GuanxiCommand::GuideRelationship(GuideCommand::ReverseCommission(reverse)) = &asked[0].command else {
        panic!("{asked:?}");
    };
    assert_eq!(reverse.base_fen.0, 4_000);
}

#[test]
fn commission_is_payable_when_the_return_window_has_ended() {
    let policy = OrderCommission::default();
    let accrued = relationship(&json!({
        "type": "guide_relationship.commission_accrued.v1", "guide_id": "g-1", "member_id": "m-1", "order_id": "o-1",
        "rate": 500, "base_fen": 8800, "commission_fen": 440, "total_fen": 440, "accrued_at": "2026-03-01T04:01:00Z",
        "business_date": "2026-03-01", "store_id": "shop", "payable_at": "2026-03-08T16:00:00Z",
    }));
    let changes = policy.deadlines(&accrued, &Facts::new(&ClaimFacts::default(), None));
    let [DeadlineChange::Set { key, due_at, payload }] = &changes[..] else {
        panic!("{changes:?}")
    };
    let asked = policy.due(&deadline(key, *due_at, payload));
    assert_eq!(
        story(&asked),
        [("payable", "guide_relationship/g-1/m-1".to_owned())]
    );
    assert_eq!(asked[0].dated, Some((*due_at, "2026-03-09".parse().unwrap())));
}

#[test]
fn a_guide_who_resigns_hands_all_her_members_over_in_calls_of_a_hundred() {
    let members: Vec<_> = (0..250).map(|number| bound(&format!("m-{number:03}"))).collect();
    let memory = remembered(&members);
    let asked = GuideHandover.react(&resigned(), &Facts::new(&ClaimFacts::default(), memory.as_ref()));
    let called: Vec<_> = asked
        .iter()
        .map(|reaction| match &reaction.command {
            GuanxiCommand::Handover(HandoverCommand::HandOver(call)) => call.members.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(called, [100, 100, 50]);
    assert_eq!(
        story(&asked)[2],
        ("call", "handover/e-7/3".to_owned()),
        "each call is a stream of its own"
    );
}

#[test]
fn whom_she_serves_no_more_is_not_handed_over() {
    let unbound = relationship(&json!({
        "type": "guide_relationship.unbound.v1", "guide_id": "g-1", "member_id": "m-1", "exclusive": false,
        "reason": "member", "unbound_at": "2026-03-10T04:00:00Z", "dropped_guide_id": null,
    }));
    let memory = remembered(&[bound("m-1"), bound("m-2"), unbound]);
    assert_eq!(memory, Some(json!(["m-2"])));
    assert_eq!(
        GuideHandover.react(&resigned(), &Facts::new(&ClaimFacts::default(), None)),
        Vec::new()
    );
}

#[test]
fn a_call_asks_each_relationship() {
    let called = json!({
        "type": "handover.called.v1", "from_guide_id": "g-1", "to_guide_id": "g-2", "to_store_id": null,
        "cause": "resigned", "members": ["m-1", "m-2"], "requested_at": "2026-03-01T04:00:00Z",
    });
    let asked = asked(&GuideHandover, &recorded("handover", "h-1", &called), &[]);
    let expected = [
        ("request", "guide_relationship/g-1/m-1".to_owned()),
        ("request", "guide_relationship/g-1/m-2".to_owned()),
    ];
    assert_eq!(story(&asked), expected);
}

#[test]
fn a_handover_completes_after_a_day_and_binds_the_other_guide() {
    let requested = relationship(&json!({
        "type": "guide_relationship.handover_requested.v1", "guide_id": "g-1", "member_id": "m-1",
        "to_guide_id": "g-2", "to_store_id": null, "handover_id": "h-1", "cause": "on_the_job",
        "requested_at": "2026-03-10T04:00:00Z", "effective_at": "2026-03-11T04:00:00Z",
    }));
    let changes = GuideHandover.deadlines(&requested, &Facts::new(&ClaimFacts::default(), None));
    let [DeadlineChange::Set { key, due_at, payload }] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(due_at.to_string(), "2026-03-11T04:00:00Z");
    let due = GuideHandover.due(&deadline(key, *due_at, payload));
    assert_eq!(
        story(&due),
        [("complete", "guide_relationship/g-1/m-1".to_owned())]
    );
    let completed = relationship(&json!({
        "type": "guide_relationship.handover_completed.v1", "guide_id": "g-1", "member_id": "m-1",
        "to_guide_id": "g-2", "to_store_id": "shop", "handover_id": "h-1", "cause": "on_the_job", "exclusive": true,
        "completed_at": "2026-03-11T04:00:00Z", "transfers": ["2026-03-11T04:00:00Z"],
    }));
    let asked = asked(&GuideHandover, &completed, &[]);
    assert_eq!(
        story(&asked),
        [("succeed", "guide_relationship/g-2/m-1".to_owned())]
    );
}

#[test]
fn a_binding_for_a_time_ends_with_it_unless_renewed_for_good() {
    let mut payload = json!({
        "type": "guide_relationship.binding_renewed.v1", "guide_id": "g-1", "member_id": "m-1",
        "expires_at": "2027-03-01T04:00:00Z", "renewed_at": "2026-03-01T04:00:00Z",
    });
    let none = ClaimFacts::default();
    let changes = BindingTerm.deadlines(&relationship(&payload), &Facts::new(&none, None));
    let [
        DeadlineChange::Set {
            key,
            due_at,
            payload: needed,
        },
    ] = &changes[..]
    else {
        panic!("{changes:?}")
    };
    let asked = BindingTerm.due(&deadline(key, *due_at, needed));
    assert_eq!(
        story(&asked),
        [("expire", "guide_relationship/g-1/m-1".to_owned())]
    );
    payload["expires_at"] = Value::Null;
    let changes = BindingTerm.deadlines(&relationship(&payload), &Facts::new(&none, None));
    assert!(matches!(&changes[..], [DeadlineChange::Cancel { .. }]));
}
