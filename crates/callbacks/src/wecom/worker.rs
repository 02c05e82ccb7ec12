//! From what the inbox kept of a notice to the commands that it means.

use std::sync::Arc;

use async_trait::async_trait;
use guanxi_event_store::EventStore;
use guanxi_event_store::inbox::{Inbox, Notice};

use super::SOURCE;
use super::apply::{self, Applied, ApplyError, Source};
use super::body::{Body, ContactChange, Message};
use super::config::{App, Apps};
use super::envelope;
use super::notice::{NoticeRecord, OpenedRecord};
use super::signature::SignedQuery;
use super::translate::{self, Contact, Meaning};
use crate::person::{self, PersonError};
use crate::worker::{Stopped, Translate};

/// Order is not guaranteed, and the provider's retries last seconds: a notice that seems to have overtaken another is
/// tried this often, over about a minute.
const TRIES: i32 = 7;

/// Translates notices of contacts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notices {
    store: EventStore,
    apps: Arc<Apps>,
}

/// The translator of one process.
pub type Worker = crate::worker::Worker<Notices>;

impl Worker {
    /// A translator; `apps` open what could not be opened when it came, and say what names mean.
    #[must_use]
    pub fn new(store: EventStore, inbox: Inbox, apps: Arc<Apps>) -> Self {
        Self::with(inbox, Notices { store, apps })
    }
}

#[async_trait]
impl Translate for Notices {
    const PARTNER: &'static str = SOURCE;

    /// Opens, reads, and carries out.
    async fn translate(&self, notice: &Notice) -> Result<String, Stopped> {
        let unreadable = |error: serde_json::Error| Stopped::Failed("unreadable", error.to_string());
        let record: NoticeRecord = serde_json::from_slice(&notice.body).map_err(unreadable)?;
        let opened = match record.opened {
            Some(opened) => opened,
            None => self.open(notice, &record.raw)?,
        };
        let message = Message::read(&opened.message, &opened.receiver)
            .map_err(|error| Stopped::Failed("unknown_form", error.to_string()))?;
        let app = self.apps.of(&opened.receiver).ok_or_else(|| {
            Stopped::Failed(
                "not_configured",
                format!("no app receives for {:?}", opened.receiver),
            )
        })?;
        match &message.body {
            Body::Contact(change) => self.contact(notice, app, &message, change).await,
            _ => self.keep(notice, &message).await,
        }
    }
}

impl Notices {
    /// What no key opened when it came may open now.
    fn open(&self, notice: &Notice, raw: &str) -> Result<OpenedRecord, Stopped> {
        let query: SignedQuery = serde_json::from_str(&notice.headers)
            .map_err(|error| Stopped::Failed("unreadable", error.to_string()))?;
        let encrypted = envelope::encrypted(raw.as_bytes())
            .map_err(|error| Stopped::Failed("unreadable", error.to_string()))?;
        self.apps
            .open(&query, &encrypted)
            .map(OpenedRecord::from)
            .map_err(|error| Stopped::Failed("not_opened", error.to_string()))
    }

    async fn contact(
        &self,
        notice: &Notice,
        app: &App,
        message: &Message,
        change: &ContactChange,
    ) -> Result<String, Stopped> {
        let meaning =
            translate::meaning(change).map_err(|error| Stopped::Failed("unknown_form", error.to_string()))?;
        let Some(meaning) = meaning else {
            return self.keep(notice, message).await;
        };
        let guide_id = app
            .guide(&message.corp_id, &change.user_id)
            .map_err(|error| Stopped::Failed("impossible", format!("UserID: {error}")))?;
        let contact = Contact {
            corp_id: message.corp_id.clone(),
            change: change.change_type.as_str().to_owned(),
            guide_id,
            store_id: app.store(change.state.as_deref()).cloned(),
            state: change.state.clone(),
            happened_at: message.created_at,
        };
        let source = Source {
            notice: &notice.key,
            subject: Some(&notice.subject),
        };
        let customer = &change.external_user_id;
        match apply::apply(&self.store, &contact, meaning, customer, source).await {
            Ok(Applied::Recorded(member)) => Ok(format!(
                "{}: guide {}, member {member}",
                contact.change, contact.guide_id
            )),
            Ok(Applied::Erased) => Ok("erased".to_owned()),
            Ok(Applied::NotYet) if notice.attempts < TRIES => {
                Err(Stopped::Later(format!("{}: nothing to end yet", contact.change)))
            }
            // The customer stays with a guide whom only the provider can name.
            Ok(Applied::NotYet) if matches!(meaning, Meaning::NotTakenOver(_)) => Err(Stopped::Failed(
                "unknown_transfer",
                format!("no handover to guide {} is under way", contact.guide_id),
            )),
            Ok(Applied::NotYet) => Ok(format!("kept: {}, nothing to end", contact.change)),
            Err(error) => Err(stopped(&error)),
        }
    }

    /// Notes what means nothing to the rules; it is forgotten with the customer whom it names.
    async fn keep(&self, notice: &Notice, message: &Message) -> Result<String, Stopped> {
        if let Some(customer) = message.body.customer() {
            let signs = [apply::sign(&message.corp_id, customer)];
            person::adopt(&self.store, &signs, &notice.subject)
                .await
                .map_err(|error: PersonError| stopped(&error.into()))?;
        }
        Ok(format!("kept: {}", message.body.family()))
    }
}

fn stopped(error: &ApplyError) -> Stopped {
    let reason = match error {
        _ if error.is_transient() => return Stopped::Later(error.to_string()),
        ApplyError::Contradiction(_) => "conflict",
        ApplyError::Id(_) => "impossible",
        _ => "fault",
    };
    Stopped::Failed(reason, error.to_string())
}
