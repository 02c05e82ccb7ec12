//! From what a notice says to what is asked of the house.
//!
//! | notice | who was it | asked |
//! | --- | --- | --- |
//! | `add_external_contact` | found or enrolled | `Bind` of guide and member |
//! | `add_half_external_contact` | found or enrolled | `RecordTouchpoint`: the customer has asked, the guide has not answered |
//! | `del_external_contact` | found | `Unbind`: the guide removed the member |
//! | `del_follow_user` | found | `Unbind`: the member wanted it |
//! | anything else | found, if named | nothing; the notice is kept and forgotten with the person |
//!
//! The id of each command is made of company, kind of change, guide, member and second: customers have no other number
//! for an event, and `FromUserName` is always `sys`. The member stands in it, never the customer's id, so that nothing in the
//! log can be matched with that id after an erasure; two customers added in one second are two members and two
//! commands. A notice that comes twice, or is translated twice, asks the same again and changes nothing.

use guanxi_domain::guide::{Bind, GuideCommand, GuideRelationship, Unbind, UnbindReason};
use guanxi_domain::member::{MemberCommand, RecordTouchpoint, Touchpoint, TouchpointKind};
use guanxi_kernel::{Channel, CommandId, GuideId, IdError, MemberId, StoreId, Timestamp};
use serde::Serialize;

use super::SOURCE;
use super::body::{ContactChange, ContactChangeType};
use crate::person::hex;

/// The channel through which guides meet customers.
pub const CHANNEL: &str = "guide";

/// The kind of touchpoint that a half add is.
pub const ASKED: &str = "wecom_contact_asked";

/// What a change means for a member who is found for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Both are contacts: the guide serves the customer, whoever that is.
    Met,
    /// The customer asked to be one.
    Asked,
    /// They are contacts no more.
    Parted(UnbindReason),
}

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
#[must_use]
pub fn meaning(change: &ContactChange) -> Option<Meaning> {
    match change.change_type {
        ContactChangeType::Added => Some(Meaning::Met),
        ContactChangeType::HalfAdded => Some(Meaning::Asked),
        ContactChangeType::DeletedByGuide => Some(Meaning::Parted(UnbindReason::Guide)),
        ContactChangeType::DeletedByCustomer => Some(Meaning::Parted(UnbindReason::Member)),
        ContactChangeType::TransferFailed
        | ContactChangeType::Edited
        | ContactChangeType::ArchivingAgreed
        | ContactChangeType::Other(_) => None,
    }
}

impl Meaning {
    /// Whether an unknown customer becomes known by it.
    #[must_use]
    pub fn introduces(self) -> bool {
        matches!(self, Self::Met | Self::Asked)
    }
}

/// What is asked because of a change, once it is known who the customer is.
///
/// # Errors
/// Guide and member make no id together.
pub fn request(contact: &Contact, meaning: Meaning, member: &MemberId) -> Result<Request, IdError> {
    let pair = GuideRelationship::id(&contact.guide_id, Some(member))?;
    let target = match meaning {
        Meaning::Met => Target::Pair(pair, GuideCommand::Bind(bind(contact, member))),
        Meaning::Parted(reason) => {
            let unbind = Unbind {
                reason,
                unbound_at: contact.happened_at,
            };
            Target::Pair(pair, GuideCommand::Unbind(unbind))
        }
        Meaning::Asked => Target::Member(MemberCommand::RecordTouchpoint(asked(contact)?)),
    };
    Ok(Request {
        target,
        command_id: command_id(contact, member)?,
    })
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
fn command_id(contact: &Contact, member: &MemberId) -> Result<CommandId, IdError> {
    let Contact {
        corp_id,
        change,
        guide_id,
        happened_at,
        ..
    } = contact;
    let parts = format!("{corp_id}\0{change}\0{guide_id}\0{member}\0{happened_at}");
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, parts.as_bytes());
    CommandId::new(format!("{SOURCE}/{change}/{}", hex(&hash.as_ref()[..16])))
}
