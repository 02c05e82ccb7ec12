//! What the list of a guide's members promises.

use guanxi_domain::guide::{
    Bound, GuideEvent, HandoverCause, HandoverCompleted, HandoverRejected, HandoverRequested,
};

use super::*;
use crate::story::{Story, noon};

const DAY: &str = "2026-03-01";

fn bound() -> GuideEvent {
    Bound {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        store_id: Some("s-1".parse().unwrap()),
        exclusive: true,
        bound_at: noon(DAY),
        expires_at: None,
        handed_over: None,
    }
    .into()
}

fn requested() -> GuideEvent {
    HandoverRequested {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        handover_id: "h-1".parse().unwrap(),
        cause: HandoverCause::OnTheJob,
        requested_at: noon(DAY),
        effective_at: noon("2026-03-02"),
    }
    .into()
}

fn told(events: Vec<GuideEvent>) -> GuideMember {
    let story = events.into_iter().fold(Story::default(), |story, event| {
        story.add("guide_relationship", "g-1/m-1", DAY, event)
    });
    story.rows(&GuideMembers).remove("g-1/m-1").unwrap()
}

#[test]
fn a_requested_handover_is_shown_as_requested() {
    let row = told(vec![bound(), requested()]);
    assert_eq!(row.standing, Standing::HandoverRequested);
    assert_eq!(
        (row.to_guide_id.as_deref(), row.effective_at),
        (Some("g-2"), Some(noon("2026-03-02")))
    );
}

#[test]
fn a_refused_handover_leaves_the_member_and_says_why() {
    let rejected = HandoverRejected {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        handover_id: "h-1".parse().unwrap(),
        cause: HandoverCause::OnTheJob,
        rejected_at: noon(DAY),
    };
    let row = told(vec![bound(), requested(), rejected.into()]);
    assert_eq!(
        (row.standing, row.last_failure.as_deref(), row.to_guide_id),
        (Standing::Bound, Some("customer_refused"), None)
    );
}

#[test]
fn a_completed_handover_names_who_serves_the_member_now() {
    let completed = HandoverCompleted {
        guide_id: "g-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        to_guide_id: "g-2".parse().unwrap(),
        to_store_id: None,
        handover_id: "h-1".parse().unwrap(),
        cause: HandoverCause::OnTheJob,
        exclusive: true,
        completed_at: noon("2026-03-02"),
        transfers: Vec::new(),
    };
    let row = told(vec![bound(), requested(), completed.into()]);
    assert_eq!(
        (row.standing, row.to_guide_id.as_deref(), row.ended_at),
        (Standing::HandedOver, Some("g-2"), Some(noon("2026-03-02")))
    );
}
