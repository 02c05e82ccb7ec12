//! Whether a member may act, and what the chain calls a member by hand or by a rule.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::points::Draft;
use super::refusal::MemberRefusal;

/// A tag has at most this many bytes.
pub const LONGEST_TAG: usize = 64;

/// Who says that a tag fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum TagSource {
    /// A person. No rule takes it away.
    Hand,
    /// A rule engine.
    Rule {
        /// Which rule.
        rule_id: String,
        /// Which version of it.
        rule_version: u32,
        /// Log positions of the events that it goes by.
        evidence: Vec<u64>,
    },
}

/// Gives the member a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignTag {
    /// Which.
    pub tag: String,
    /// On whose word.
    pub by: TagSource,
}

/// Takes a tag from the member. A rule takes only its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveTag {
    /// Which.
    pub tag: String,
    /// On whose word.
    pub by: TagSource,
}

/// The member may not spend or give points until reinstated. What orders earn still comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// Why. No personal data.
    pub reason: String,
}

/// The member may spend again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reinstate {
    /// Why. No personal data.
    pub reason: String,
}

/// The member was given a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagAssigned {
    /// Which.
    pub tag: String,
    /// On whose word.
    pub by: TagSource,
}

/// A tag was taken from the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TagRemoved {
    /// Which.
    pub tag: String,
    /// On whose word.
    pub by: TagSource,
}

/// The member may not spend or give points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suspended {
    /// Why.
    pub reason: String,
}

/// The member may spend again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reinstated {
    /// Why.
    pub reason: String,
}

type Done = Result<(), MemberRefusal>;

/// Gives a tag. A hand's word stands above a rule's.
pub(super) fn assign(draft: &mut Draft, command: &AssignTag) -> Done {
    let length = command.tag.trim().len();
    if length == 0 || length != command.tag.len() || length > LONGEST_TAG {
        return Err(MemberRefusal::TagInvalid(LONGEST_TAG));
    }
    let held = draft.state.tags.get(&command.tag);
    if held == Some(&command.by) || held == Some(&TagSource::Hand) {
        return Ok(());
    }
    draft.push(TagAssigned {
        tag: command.tag.clone(),
        by: command.by.clone(),
    });
    Ok(())
}

/// Takes a tag away, if whoever asks may.
pub(super) fn remove(draft: &mut Draft, command: &RemoveTag) -> Done {
    let Some(held) = draft.state.tags.get(&command.tag) else {
        return Ok(());
    };
    match (held, &command.by) {
        (_, TagSource::Hand) => {}
        (TagSource::Hand, TagSource::Rule { .. }) => return Err(MemberRefusal::TagSetByHand),
        (TagSource::Rule { rule_id: own, .. }, TagSource::Rule { rule_id, .. }) if own == rule_id => {}
        (TagSource::Rule { .. }, TagSource::Rule { .. }) => return Err(MemberRefusal::TagOfAnotherRule),
    }
    draft.push(TagRemoved {
        tag: command.tag.clone(),
        by: command.by.clone(),
    });
    Ok(())
}

/// Keeps the member from spending.
pub(super) fn suspend(draft: &mut Draft, command: &Suspend) -> Done {
    if command.reason.trim().is_empty() {
        return Err(MemberRefusal::ReasonMissing);
    }
    if draft.state.suspended.is_none() {
        draft.push(Suspended {
            reason: command.reason.clone(),
        });
    }
    Ok(())
}

/// Lets the member spend again.
pub(super) fn reinstate(draft: &mut Draft, command: &Reinstate) -> Done {
    if command.reason.trim().is_empty() {
        return Err(MemberRefusal::ReasonMissing);
    }
    if draft.state.suspended.is_some() {
        draft.push(Reinstated {
            reason: command.reason.clone(),
        });
    }
    Ok(())
}
