//! Members go from guide to guide: calls of at most a hundred, each relationship asked, done after 24 hours unless the
//! provider says otherwise, and the other guide bound.

use std::collections::BTreeSet;

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, EventId, GuideId, MemberId, Recorded, StreamRef};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::guide::{
    Bind, CompleteHandover, GuideCommand, GuideEvent, GuideRelationship, HandedOver, HandoverCause,
    HandoverCompleted, RequestHandover,
};
use crate::handover::{
    GuideResigned, HandOver, Handover, HandoverCalled, HandoverCommand, HandoverEvent, MOST_MEMBERS,
};
use crate::ids::HandoverId;
use crate::{GuanxiCommand, GuanxiEvent};

/// Guide resigned → calls; call → each relationship asked; 24 hours later → completed → the other guide bound.
///
/// It remembers, guide by guide, whom she serves.
#[derive(Debug)]
pub struct GuideHandover;

/// What a deadline needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct UnderWay {
    handover_id: HandoverId,
}

type Asked = Vec<Reaction<GuanxiCommand>>;

impl Policy for GuideHandover {
    const NAME: &'static str = "guide_handover";
    const STARTS: Start = Start::Beginning;
    const REMEMBERS: bool = true;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, facts: &Facts<'_>) -> Asked {
        match event.own() {
            Some(GuanxiEvent::Handover(HandoverEvent::GuideResigned(resigned))) => {
                calls(resigned, &members(facts.memory()), &event.event_id)
            }
            Some(GuanxiEvent::Handover(HandoverEvent::HandoverCalled(called))) => {
                HandoverId::new(&event.stream.aggregate_id)
                    .map(|call| requests(called, &call))
                    .unwrap_or_default()
            }
            Some(GuanxiEvent::GuideRelationship(GuideEvent::HandoverCompleted(completed))) => {
                successor(completed).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn memory_key(&self, event: &Recorded<GuanxiEvent>) -> Option<String> {
        let guide = match event.own()? {
            GuanxiEvent::Handover(HandoverEvent::GuideResigned(resigned)) => &resigned.guide_id,
            GuanxiEvent::GuideRelationship(relationship) => serving(relationship)?.0,
            _ => return None,
        };
        Some(guide.to_string())
    }

    fn remember(&self, event: &Recorded<GuanxiEvent>, memory: Option<Value>) -> Option<Value> {
        let Some(GuanxiEvent::GuideRelationship(relationship)) = event.own() else {
            return memory;
        };
        let Some((_, member, serves)) = serving(relationship) else {
            return memory;
        };
        let mut members = members(memory.as_ref());
        if serves {
            members.insert(member.clone());
        } else {
            members.remove(member);
        }
        (!members.is_empty()).then(|| json!(members))
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let Some(GuanxiEvent::GuideRelationship(relationship)) = event.own() else {
            return Vec::new();
        };
        let key = event.stream.aggregate_id.to_string();
        match relationship {
            GuideEvent::HandoverRequested(requested) => {
                let handover_id = requested.handover_id.clone();
                vec![DeadlineChange::Set {
                    key,
                    due_at: requested.effective_at,
                    payload: json!(UnderWay { handover_id }),
                }]
            }
            GuideEvent::HandoverCompleted(_)
            | GuideEvent::HandoverRejected(_)
            | GuideEvent::HandoverCapReached(_)
            | GuideEvent::Unbound(_)
            | GuideEvent::BindingExpired(_) => vec![DeadlineChange::Cancel { key }],
            _ => Vec::new(),
        }
    }

    fn due(&self, deadline: &Deadline) -> Asked {
        let Ok(under_way) = deadline.payload::<UnderWay>() else {
            return Vec::new();
        };
        let command = GuideCommand::CompleteHandover(CompleteHandover {
            handover_id: Some(under_way.handover_id),
            completed_at: deadline.due_at,
        });
        let target = StreamRef::new(GuideRelationship::TYPE, deadline.key.as_str());
        vec![Reaction::new("complete", target, command.into())]
    }
}

/// Guide and member, and whether she serves him from now on, where an event changes that.
fn serving(event: &GuideEvent) -> Option<(&GuideId, &MemberId, bool)> {
    match event {
        GuideEvent::Bound(it) => Some((&it.guide_id, &it.member_id, true)),
        GuideEvent::Unbound(it) => Some((&it.guide_id, &it.member_id, false)),
        GuideEvent::BindingExpired(it) => Some((&it.guide_id, &it.member_id, false)),
        GuideEvent::HandoverCompleted(it) => Some((&it.guide_id, &it.member_id, false)),
        _ => None,
    }
}

fn members(memory: Option<&Value>) -> BTreeSet<MemberId> {
    memory
        .and_then(|memory| BTreeSet::deserialize(memory).ok())
        .unwrap_or_default()
}

/// All her members, a hundred to a call. A call is a stream of its own, named by the event that causes it.
fn calls(resigned: &GuideResigned, members: &BTreeSet<MemberId>, cause: &EventId) -> Asked {
    let members: Vec<_> = members.iter().cloned().collect();
    let call = |(number, members): (usize, &[MemberId])| {
        let command = HandoverCommand::HandOver(HandOver {
            from_guide_id: resigned.guide_id.clone(),
            to_guide_id: resigned.to_guide_id.clone(),
            to_store_id: resigned.to_store_id.clone(),
            cause: HandoverCause::Resigned,
            members: members.to_vec(),
            requested_at: resigned.resigned_at,
        });
        let target = StreamRef::new(Handover::TYPE, format!("{cause}/{}", number + 1));
        Reaction::new("call", target, command.into())
    };
    members.chunks(MOST_MEMBERS).enumerate().map(call).collect()
}

fn requests(called: &HandoverCalled, call: &HandoverId) -> Asked {
    let request = |member: &MemberId| {
        let command = GuideCommand::RequestHandover(RequestHandover {
            to_guide_id: called.to_guide_id.clone(),
            to_store_id: called.to_store_id.clone(),
            handover_id: call.clone(),
            cause: called.cause,
            requested_at: called.requested_at,
        });
        let id = GuideRelationship::id(&called.from_guide_id, Some(member)).ok()?;
        let target = StreamRef::new(GuideRelationship::TYPE, id);
        Some(Reaction::new("request", target, command.into()))
    };
    called.members.iter().filter_map(request).collect()
}

/// The other guide is bound as the first one was.
fn successor(completed: &HandoverCompleted) -> Option<Reaction<GuanxiCommand>> {
    let command = GuideCommand::Bind(Bind {
        guide_id: completed.to_guide_id.clone(),
        member_id: completed.member_id.clone(),
        store_id: completed.to_store_id.clone(),
        exclusive: completed.exclusive,
        bound_at: completed.completed_at,
        expires_at: None,
        handed_over: Some(HandedOver {
            from_guide_id: completed.guide_id.clone(),
            handover_id: completed.handover_id.clone(),
            transfers: completed.transfers.clone(),
        }),
    });
    let id = GuideRelationship::id(&completed.to_guide_id, Some(&completed.member_id)).ok()?;
    let target = StreamRef::new(GuideRelationship::TYPE, id);
    Some(Reaction::new("succeed", target, command.into()))
}
