//! Who speaks, of what, and when: the head of a message, in the form of the company's own app and of a third party's.

use guanxi_kernel::Timestamp;

use super::contact::{ContactChange, ExternalUserId};
use super::neighbours::{AcquisitionNotice, ChatChange, TagChange};
use crate::wecom::xml::{Fields, XmlError};

/// A message, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The company whose guides and customers it is about.
    pub corp_id: String,
    /// When it happened; whole seconds, and no order within one.
    pub created_at: Timestamp,
    /// What happened.
    pub body: Body,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Between a guide and a customer.
    Contact(ContactChange),
    /// To a group chat.
    Chat(ChatChange),
    /// To the company's tags.
    Tag(TagChange),
    /// With an acquisition link.
    Acquisition(AcquisitionNotice),
    /// Something that is not in the documentation this was written from.
    Other {
        /// The event, or the kind of message.
        event: String,
    },
}

/// A message in a form that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// An element that every message of the family has.
    #[error("the element {0} is missing")]
    Missing(&'static str),
    /// Not Unix seconds.
    #[error("{0} is no time in Unix seconds")]
    Time(&'static str),
    /// Sealed for one company, telling of another.
    #[error("addressed to {receiver:?}, but telling of company {corp_id:?}")]
    Company {
        /// To whom it was sealed.
        receiver: String,
        /// Of whom it tells.
        corp_id: String,
    },
}

impl Message {
    /// Reads a message that was sealed for `receiver`.
    ///
    /// # Errors
    /// Not in its documented form, or of another company.
    pub fn read(xml: &str, receiver: &str) -> Result<Self, BodyError> {
        let fields = Fields::read(xml)?;
        let required = |name: &'static str| fields.get(name).ok_or(BodyError::Missing(name));
        // A third party's app has its own id as receiver, and names the company inside.
        let third_party = fields.get("AuthCorpId").is_some();
        let (corp, time, event) = if third_party {
            ("AuthCorpId", "TimeStamp", fields.get("InfoType"))
        } else {
            let event = fields.get("Event").or_else(|| fields.get("MsgType"));
            ("ToUserName", "CreateTime", event)
        };
        let corp_id = required(corp)?.to_owned();
        let addressed_to = if third_party {
            fields.get("SuiteId").unwrap_or(receiver)
        } else {
            &corp_id
        };
        if addressed_to != receiver {
            return Err(BodyError::Company {
                receiver: receiver.to_owned(),
                corp_id,
            });
        }
        let seconds = required(time)?.parse().map_err(|_| BodyError::Time(time))?;
        Ok(Self {
            created_at: Timestamp::from_second(seconds).map_err(|_| BodyError::Time(time))?,
            body: Body::read(event.ok_or(BodyError::Missing("Event"))?, &fields)?,
            corp_id,
        })
    }
}

impl Body {
    fn read(event: &str, fields: &Fields) -> Result<Self, BodyError> {
        let change = fields.get("ChangeType");
        Ok(match (event, change) {
            ("change_external_contact", Some(change)) => {
                Self::Contact(ContactChange::read(change.to_owned().into(), fields)?)
            }
            ("change_external_chat", Some(change)) => Self::Chat(ChatChange::read(change, fields)?),
            ("change_external_tag", Some(change)) => Self::Tag(TagChange::read(change, fields)),
            ("customer_acquisition", Some(change)) => {
                Self::Acquisition(AcquisitionNotice::read(change, fields))
            }
            _ => Self::Other {
                event: event.to_owned(),
            },
        })
    }

    /// The family's name, for notes and metrics.
    #[must_use]
    pub fn family(&self) -> &'static str {
        match self {
            Self::Contact(_) => "contact",
            Self::Chat(_) => "chat",
            Self::Tag(_) => "tag",
            Self::Acquisition(_) => "acquisition",
            Self::Other { .. } => "other",
        }
    }

    /// The customer whom it names.
    #[must_use]
    pub fn customer(&self) -> Option<&ExternalUserId> {
        match self {
            Self::Contact(change) => Some(&change.external_user_id),
            Self::Acquisition(notice) => notice.external_user_id.as_ref(),
            Self::Chat(_) | Self::Tag(_) | Self::Other { .. } => None,
        }
    }
}
