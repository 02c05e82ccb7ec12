//! Families beside the contacts: group chats, company tags, acquisition links. They are kept, not translated.

use super::contact::ExternalUserId;
use super::head::BodyError;
use crate::wecom::xml::Fields;
use crate::words::open_enum;

open_enum! {
    /// What happened to a group chat.
    ChatChangeType {
        Created = "create",
        Updated = "update",
        Dismissed = "dismiss",
    }
}

open_enum! {
    /// What of a group chat changed.
    ChatUpdate {
        MemberAdded = "add_member",
        MemberRemoved = "del_member",
        OwnerChanged = "change_owner",
        NameChanged = "change_name",
        NoticeChanged = "change_notice",
    }
}

/// `change_external_chat`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatChange {
    /// What happened.
    pub change_type: ChatChangeType,
    /// The group.
    pub chat_id: String,
    /// What changed, of an update.
    pub update: Option<ChatUpdate>,
}

/// `change_external_tag`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChange {
    /// `create`, `update`, `delete`, `shuffle`, as it came.
    pub change_type: String,
    /// The tag or group of tags.
    pub id: Option<String>,
    /// `tag` or `tag_group`, as it came.
    pub tag_type: Option<String>,
}

/// `customer_acquisition`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcquisitionNotice {
    /// What about, as it came.
    pub change_type: String,
    /// The link.
    pub link_id: Option<String>,
    /// The customer, where the notice names one.
    pub external_user_id: Option<ExternalUserId>,
}

impl ChatChange {
    pub(super) fn read(change_type: &str, fields: &Fields) -> Result<Self, BodyError> {
        Ok(Self {
            change_type: change_type.to_owned().into(),
            chat_id: fields
                .get("ChatId")
                .ok_or(BodyError::Missing("ChatId"))?
                .to_owned(),
            update: fields.get("UpdateDetail").map(|word| word.to_owned().into()),
        })
    }
}

impl TagChange {
    pub(super) fn read(change_type: &str, fields: &Fields) -> Self {
        Self {
            change_type: change_type.to_owned(),
            id: fields.get("Id").map(str::to_owned),
            tag_type: fields.get("TagType").map(str::to_owned),
        }
    }
}

impl AcquisitionNotice {
    pub(super) fn read(change_type: &str, fields: &Fields) -> Self {
        Self {
            change_type: change_type.to_owned(),
            link_id: fields.get("LinkId").map(str::to_owned),
            external_user_id: fields
                .get("ExternalUserID")
                .map(|id| ExternalUserId(id.to_owned())),
        }
    }
}
