//! A notice as the inbox holds it.

use guanxi_event_store::EventStore;
use serde::{Deserialize, Serialize};

use super::config::Opened;
use super::envelope::Envelope;
use super::receiver::VerifiedNotice;

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

/// The id under which the inbox keeps a notice: the notification's, and a keyed digest of what it says.
///
/// The same notification is kept once. If it should come with the same id and another content, it is another row,
/// and the translation finds the contradiction.
#[must_use]
pub fn inbox_id(store: &EventStore, notice: &VerifiedNotice) -> String {
    let Envelope { id, event_type, .. } = &notice.envelope;
    let digest = match &notice.opened {
        Some(opened) => store.digest(&(event_type, &opened.mchid, &opened.plaintext)),
        None => store.digest(&(event_type, notice.body.as_ref())),
    };
    let digest: String = digest.0[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    // Ids have at most 128 bytes; a provider's has 36.
    let id: String = id.chars().filter(char::is_ascii_graphic).take(100).collect();
    format!("{id}/{digest}")
}
