//! From what a notice says to what is asked of the house.
//!
//! | notice | who was it | asked |
//! | --- | --- | --- |
//! | `add_external_contact` | found or enrolled | `CompleteHandover` of the handover to this guide that is under way; else `Bind` of guide and member |
//! | `add_half_external_contact` | found or enrolled | `RecordTouchpoint`: the customer has asked, the guide has not answered |
//! | `del_external_contact`, by a transfer | found | `CompleteHandover` of the guide's own handover; where none is under way, `Unbind` |
//! | `del_external_contact` | found | `Unbind`: the guide removed the member |
//! | `del_follow_user` | found | `Unbind`: the member wanted it |
//! | `transfer_fail` | found | `RejectHandover` of the handover to this guide that is under way |
//! | anything else | found, if named | nothing; the notice is kept and forgotten with the person |
//!
//! A transfer that fails names who was to take over, and not whose customer it was: the claim of the handover under way
//! leads from the one to the other.
//!
//! The id of each command is made of company, purpose, kind of change, guide, member and second: customers have no other
//! number for an event, and `FromUserName` is always `sys`. The member stands in it, never the customer's id, so that
//! nothing in the log can be matched with that id after an erasure; two customers added in one second are two members
//! and two commands. A notice that comes twice, or is translated twice, asks the same again and changes nothing.

use aws_lc_rs::digest::{SHA256, digest};
use guanxi_domain::guide::{
    Bind, CompleteHandover, GuideCommand, GuideRelationship, RejectHandover, RejectReason, Unbind,
    UnbindReason,
};
use guanxi_domain::member::{MemberCommand, RecordTouchpoint, Touchpoint, TouchpointKind};
use guanxi_kernel::{Channel, CommandId, GuideId, IdError, MemberId, StoreId, Timestamp};
use serde::Serialize;

use super::SOURCE;
use super::body::{ContactChange, ContactChangeType, DeletionSource, FailReason};
use crate::person::hex;

/// The channel through which guides meet customers.
pub const CHANNEL: &str = "guide";

/// The kind of touchpoint that a half add is.
pub const ASKED: &str = "wecom_contact_asked";

const REJECT: &str = "reject";

/// What a change means for a member who is found for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Both are contacts: the guide serves the customer, whoever that is.
    Met,
    /// The customer asked to be one.
    Asked,
    /// They are contacts no more.
    Parted(UnbindReason),
    /// They are contacts no more, since another guide has taken over.
    HandedOver,
    /// The guide could not take the customer over.
    NotTakenOver(RejectReason),
}

/// A transfer failed for a reason that the rules do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a transfer failed for the reason {0:?}")]
pub struct UnknownReason(pub String);

/// A change in the words of the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The company.
    pub corp_id: String,
    /// The change, in the provider's word.
    pub change: String,
    /// The guide.
    pub guide_id: GuideId,
    /// The shop that the state stands for.
    pub store_id: Option<StoreId>,
    /// What the code that led to the guide was made for.
    pub state: Option<String>,
    /// When.
    pub happened_at: Timestamp,
}

/// What is asked, of which stream, under which id.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Whom.
    pub target: Target,
    /// The command's id: the same for the same change, wherever the notice is translated.
    pub command_id: CommandId,
    /// Codes of refusals by which this is not the thing to ask, and the next request is.
    pub passed_on_by: &'static [&'static str],
}

/// Whom a change concerns.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The pair, by the id of its stream.
    Pair(String, GuideCommand),
    /// The member alone.
    Member(MemberCommand),
}

/// What a change means; `None` where it means nothing to the rules.
///
/// # Errors
/// It would mean something if its reason were known.
pub fn meaning(change: &ContactChange) -> Result<Option<Meaning>, UnknownReason> {
    Ok(Some(match change.change_type {
        ContactChangeType::Added => Meaning::Met,
        ContactChangeType::HalfAdded => Meaning::Asked,
        ContactChangeType::DeletedByGuide if change.source == Some(DeletionSource::Transfer) => {
            Meaning::HandedOver
        }
        ContactChangeType::DeletedByGuide => Meaning::Parted(UnbindReason::Guide),
        ContactChangeType::DeletedByCustomer => Meaning::Parted(UnbindReason::Member),
        ContactChangeType::TransferFailed => match &change.fail_reason {
            Some(FailReason::CustomerRefused) => Meaning::NotTakenOver(RejectReason::CustomerRefused),
            Some(FailReason::GuideFull) => Meaning::NotTakenOver(RejectReason::GuideFull),
            Some(FailReason::Other(word)) => return Err(UnknownReason(word.clone())),
            None => return Err(UnknownReason(String::new())),
        },
        ContactChangeType::Edited | ContactChangeType::ArchivingAgreed | ContactChangeType::Other(_) => {
            return Ok(None);
        }
    }))
}

impl Meaning {
    /// Whether an unknown customer becomes known by it.
    #[must_use]
    pub fn introduces(self) -> bool {
        matches!(self, Self::Met | Self::Asked)
    }
}

/// What is asked because of a change, once it is known who the customer is: the first that is not passed on.
/// `handover` is the pair whose handover of this member to this guide is under way.
///
/// # Errors
/// Guide and member make no id together.
pub fn requests(
    contact: &Contact,
    meaning: Meaning,
    member: &MemberId,
    handover: Option<&str>,
) -> Result<Vec<Request>, IdError> {
    let pair = GuideRelationship::id(&contact.guide_id, Some(member))?;
    let ask = |purpose: &str, target, passed_on_by| {
        Ok::<_, IdError>(Request {
            target,
            command_id: command_id(contact, purpose, member)?,
            passed_on_by,
        })
    };
    let unbind = |reason| {
        let unbound_at = contact.happened_at;
        Target::Pair(pair.clone(), GuideCommand::Unbind(Unbind { reason, unbound_at }))
    };
    let mut requests = Vec::new();
    match meaning {
        Meaning::Met => {
            if let Some(from) = handover {
                // The customer may have added the guide by himself, before the handover takes effect.
                let by = &["guide.no_handover", "guide.handover_not_effective"];
                requests.push(ask("complete", complete(contact, from), by)?);
            }
            let bind = GuideCommand::Bind(bind(contact, member));
            requests.push(ask("bind", Target::Pair(pair, bind), &[])?);
        }
        Meaning::Asked => {
            let asked = MemberCommand::RecordTouchpoint(asked(contact)?);
            requests.push(ask("asked", Target::Member(asked), &[])?);
        }
        Meaning::Parted(reason) => requests.push(ask("unbind", unbind(reason), &[])?),
        Meaning::HandedOver => {
            // Done already, or begun in the provider's console and not here.
            let by = &["guide.no_handover"];
            requests.push(ask("complete", complete(contact, &pair), by)?);
            requests.push(ask("unbind", unbind(UnbindReason::Manual), &[])?);
        }
        Meaning::NotTakenOver(reason) => {
            let reject = RejectHandover {
                reason,
                rejected_at: contact.happened_at,
            };
            if let Some(from) = handover {
                let target = Target::Pair(from.to_owned(), GuideCommand::RejectHandover(reject));
                requests.push(ask(REJECT, target, &[])?);
            }
        }
    }
    Ok(requests)
}

/// The id of the command by which a handover to this guide is rejected.
///
/// # Errors
/// It is none.
pub fn rejection(contact: &Contact, member: &MemberId) -> Result<CommandId, IdError> {
    command_id(contact, REJECT, member)
}

fn complete(contact: &Contact, pair: &str) -> Target {
    let complete = CompleteHandover {
        handover_id: None,
        completed_at: contact.happened_at,
    };
    Target::Pair(pair.to_owned(), GuideCommand::CompleteHandover(complete))
}

/// Several guides may serve a customer in WeCom at once: who is the only one, the house decides.
fn bind(contact: &Contact, member: &MemberId) -> Bind {
    Bind {
        guide_id: contact.guide_id.clone(),
        member_id: member.clone(),
        store_id: contact.store_id.clone(),
        exclusive: false,
        bound_at: contact.happened_at,
        expires_at: None,
        handed_over: None,
    }
}

fn asked(contact: &Contact) -> Result<RecordTouchpoint, IdError> {
    Ok(RecordTouchpoint {
        touchpoint: Touchpoint {
            kind: TouchpointKind::Other(ASKED.to_owned()),
            about: contact.state.clone(),
            store_id: contact.store_id.clone(),
            channel: Some(Channel::new(CHANNEL)?),
            guide_id: Some(contact.guide_id.clone()),
            touched_at: contact.happened_at,
        },
    })
}

/// The parts may be long together, so they are hashed; none of them names a person.
fn command_id(contact: &Contact, purpose: &str, member: &MemberId) -> Result<CommandId, IdError> {
    let Contact {
        corp_id,
        change,
        guide_id,
        happened_at,
        ..
    } = contact;
    let parts = format!("{corp_id}\0{change}\0{guide_id}\0{member}\0{happened_at}");
    let hash = digest(&SHA256, parts.as_bytes());
    CommandId::new(format!("{SOURCE}/{purpose}/{}", hex(&hash.as_ref()[..16])))
}
