//! A notice as the inbox holds it.

use async_trait::async_trait;
use guanxi_event_store::inbox::{Inbox, NewNotice, Put};
use serde::{Deserialize, Serialize};

use super::SOURCE;
use super::key::Opened;
use super::receiver::{Intake, IntakeError, Kept, VerifiedNotice};

/// What is sealed as the body of an inbox row: the raw bytes, and what was inside.
///
/// The message is kept beside the raw body because keys are changed, while a notice may be translated again for ever.
#[derive(Serialize, Deserialize)]
pub struct NoticeRecord {
    /// The raw body, byte for byte; an envelope is UTF-8.
    pub raw: String,
    /// What was inside, if a key opened it.
    pub opened: Option<OpenedRecord>,
}

/// What was inside a notice.
#[derive(Serialize, Deserialize)]
pub struct OpenedRecord {
    /// To whom it was addressed.
    pub receiver: String,
    /// The XML.
    pub message: String,
}

impl From<Opened> for OpenedRecord {
    fn from(opened: Opened) -> Self {
        Self {
            receiver: opened.receiver,
            message: opened.message,
        }
    }
}

/// Keeps notices in the inbox.
#[derive(Debug, Clone)]
pub struct InboxIntake(Inbox);

impl InboxIntake {
    /// Keeps them in this inbox.
    #[must_use]
    pub fn new(inbox: Inbox) -> Self {
        Self(inbox)
    }
}

#[async_trait]
impl Intake for InboxIntake {
    async fn keep(&self, notice: VerifiedNotice) -> Result<Kept, IntakeError> {
        let refused = |error: &dyn std::error::Error| IntakeError(error.to_string());
        let record = NoticeRecord {
            raw: String::from_utf8(notice.body.to_vec()).map_err(|error| refused(&error))?,
            opened: notice.opened.map(OpenedRecord::from),
        };
        let new = NewNotice {
            source: SOURCE,
            // Messages have no id. The signature names these bytes and tells nothing of what is inside.
            key: notice.query.msg_signature.clone(),
            headers: serde_json::to_string(&notice.query).map_err(|error| refused(&error))?,
            body: serde_json::to_vec(&record).map_err(|error| refused(&error))?,
            received_at: notice.received_at,
        };
        match self.0.put(new).await {
            Ok(Put::New) => Ok(Kept::New),
            Ok(Put::Duplicate) => Ok(Kept::Duplicate),
            Err(error) => Err(refused(&error)),
        }
    }
}
