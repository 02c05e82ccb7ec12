//! A notice as the inbox holds it.

use async_trait::async_trait;
use guanxi_event_store::inbox::{Inbox, NewNotice, Put};
use serde::{Deserialize, Serialize};

use super::SOURCE;
use super::config::Opened;
use super::direct;
use super::receiver::{Intake, IntakeError, Kept, VerifiedNotice};

/// What is sealed as the body of an inbox row: the raw bytes, and what was inside.
///
/// The opened resource is kept beside the raw body because an APIv3 key is given up some day, while a notice may be
/// translated again for ever.
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
    /// The merchant whose key opened it.
    pub mchid: String,
    /// The JSON.
    pub resource: String,
}

impl From<Opened> for OpenedRecord {
    fn from(opened: Opened) -> Self {
        Self {
            mchid: opened.mchid,
            resource: opened.plaintext,
        }
    }
}

/// Keeps notices in the inbox, those that are plain together with what they mean.
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
            opened: notice.opened.clone().map(OpenedRecord::from),
        };
        let new = NewNotice {
            source: SOURCE,
            key: notice.envelope.id.clone(),
            headers: serde_json::to_string(&notice.headers).map_err(|error| refused(&error))?,
            body: serde_json::to_vec(&record).map_err(|error| refused(&error))?,
            received_at: notice.received_at,
        };
        if direct::record(&self.0, &notice, &new).await {
            return Ok(Kept::New);
        }
        match self.0.put(new).await {
            Ok(Put::New) => Ok(Kept::New),
            Ok(Put::Duplicate) => Ok(Kept::Duplicate),
            Err(error) => Err(refused(&error)),
        }
    }
}
