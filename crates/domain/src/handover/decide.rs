//! The rules of handing over in numbers.

use std::collections::BTreeSet;

use guanxi_kernel::{Decider, GuideId, MemberId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{GuideResigned, HandoverCalled, HandoverEvent};
use super::refusal::HandoverRefusal;
use crate::guide::HandoverCause;

/// The most members that one call may name: the provider's limit.
pub const MOST_MEMBERS: usize = 100;

/// A handover of several members.
#[derive(Debug)]
pub struct Handover;

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum HandoverCommand {
    /// Some members, in one call.
    HandOver(HandOver),
    /// All members of a guide who leaves.
    Resign(Resign),
}

/// Asks the provider, in one call, to hand members over from a guide to another. Each relationship then decides for
/// itself; the provider has the last word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Who serves them.
    pub from_guide_id: GuideId,
    /// Who shall.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    #[serde(default)]
    pub to_store_id: Option<StoreId>,
    /// Why.
    pub cause: HandoverCause,
    /// Whom: at most a hundred; the same member twice counts once.
    pub members: Vec<MemberId>,
    /// When, in the world.
    pub requested_at: Timestamp,
}

/// A guide leaves, and another takes all her members over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resign {
    /// Who leaves.
    pub guide_id: GuideId,
    /// Who takes over.
    pub to_guide_id: GuideId,
    /// At which store that guide works.
    #[serde(default)]
    pub to_store_id: Option<StoreId>,
    /// When, in the world.
    pub resigned_at: Timestamp,
}

/// What was asked for, once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HandoverState {
    /// It; nothing before.
    pub asked: Option<HandoverEvent>,
}

impl Decider for Handover {
    const TYPE: &'static str = "handover";
    type State = HandoverState;
    type Command = HandoverCommand;
    type Event = HandoverEvent;
    type Refusal = HandoverRefusal;

    fn decide(
        state: &HandoverState,
        command: &HandoverCommand,
    ) -> Result<Vec<HandoverEvent>, HandoverRefusal> {
        let event = match command {
            HandoverCommand::HandOver(call) => called(call)?,
            HandoverCommand::Resign(resign) => resigned(resign)?,
        };
        match &state.asked {
            None => Ok(vec![event]),
            Some(before) if *before == event => Ok(Vec::new()),
            Some(_) => Err(HandoverRefusal::AlreadyExists),
        }
    }

    fn evolve(state: &mut HandoverState, event: &HandoverEvent) {
        state.asked = Some(event.clone());
    }
}

fn called(call: &HandOver) -> Result<HandoverEvent, HandoverRefusal> {
    if call.from_guide_id == call.to_guide_id {
        return Err(HandoverRefusal::SameGuide);
    }
    let members: BTreeSet<_> = call.members.iter().cloned().collect();
    if members.is_empty() {
        return Err(HandoverRefusal::Nobody);
    }
    if members.len() > MOST_MEMBERS {
        return Err(HandoverRefusal::TooMany(members.len()));
    }
    Ok(HandoverCalled {
        from_guide_id: call.from_guide_id.clone(),
        to_guide_id: call.to_guide_id.clone(),
        to_store_id: call.to_store_id.clone(),
        cause: call.cause,
        members: members.into_iter().collect(),
        requested_at: call.requested_at,
    }
    .into())
}

fn resigned(resign: &Resign) -> Result<HandoverEvent, HandoverRefusal> {
    if resign.guide_id == resign.to_guide_id {
        return Err(HandoverRefusal::SameGuide);
    }
    Ok(GuideResigned {
        guide_id: resign.guide_id.clone(),
        to_guide_id: resign.to_guide_id.clone(),
        to_store_id: resign.to_store_id.clone(),
        resigned_at: resign.resigned_at,
    }
    .into())
}
