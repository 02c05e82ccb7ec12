//! From what the inbox kept of a notice to the commands that it means.

use std::sync::Arc;

use async_trait::async_trait;
use guanxi_event_store::EventStore;
use guanxi_event_store::inbox::{Inbox, Notice};

use super::SOURCE;
use super::apply::{self, Applied, ApplyError, Source};
use super::body::Body;
use super::config::Merchants;
use super::envelope::Envelope;
use super::facts::{self, Fact};
use super::headers::NoticeHeaders;
use super::notice::{NoticeRecord, OpenedRecord};
use crate::person;
use crate::worker::{Stopped, Translate};

/// Translates payment notices. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notices {
    store: EventStore,
    merchants: Arc<Merchants>,
}

/// The translator of one process.
pub type Worker = crate::worker::Worker<Notices>;

impl Worker {
    /// A translator; `merchants` open what could not be opened when it came.
    #[must_use]
    pub fn new(store: EventStore, inbox: Inbox, merchants: Arc<Merchants>) -> Self {
        Self::with(inbox, Notices { store, merchants })
    }
}

#[async_trait]
impl Translate for Notices {
    const PARTNER: &'static str = SOURCE;

    /// From a kept notice to commands: open, read, check, carry out.
    async fn translate(&self, notice: &Notice) -> Result<String, Stopped> {
        let unreadable = |error: serde_json::Error| Stopped::Failed("unreadable", error.to_string());
        let record: NoticeRecord = serde_json::from_slice(&notice.body).map_err(unreadable)?;
        let envelope = Envelope::read(record.raw.as_bytes())
            .map_err(|error| Stopped::Failed("unreadable", error.to_string()))?;
        let opened = match record.opened {
            Some(opened) => opened,
            None => self.open(notice, &envelope)?,
        };
        let body = Body::read(&envelope.event_type, &opened.resource)
            .map_err(|error| Stopped::Failed("unknown_form", error.to_string()))?;
        let facts = facts::facts(&body, &opened.mchid, &envelope.create_time)
            .map_err(|error| Stopped::Failed("impossible", error.to_string()))?;
        if facts.is_empty() {
            self.adopt(&body, notice).await?;
            return Ok(format!("kept: {}", body.family()));
        }
        let source = Source {
            notice_id: &envelope.id,
            subject: Some(&notice.subject),
        };
        self.apply_all(&facts, source).await
    }
}

impl Notices {
    /// What no key opened when it came may open now.
    fn open(&self, notice: &Notice, envelope: &Envelope) -> Result<OpenedRecord, Stopped> {
        let headers: NoticeHeaders = serde_json::from_str(&notice.headers)
            .map_err(|error| Stopped::Failed("unreadable", error.to_string()))?;
        let opened = self.merchants.open(&headers.serial, &envelope.resource);
        opened
            .map(OpenedRecord::from)
            .map_err(|error| Stopped::Failed("not_opened", error.to_string()))
    }

    async fn adopt(&self, body: &Body, notice: &Notice) -> Result<(), Stopped> {
        person::adopt(&self.store, &body.signs(), &notice.subject)
            .await
            .map_err(|error| {
                if error.is_transient() {
                    Stopped::Later(error.to_string())
                } else {
                    Stopped::Failed("fault", error.to_string())
                }
            })
    }

    /// Each fact stands for itself: one that contradicts the log does not hold back the others of its notice.
    async fn apply_all(&self, facts: &[Fact], source: Source<'_>) -> Result<String, Stopped> {
        let (mut recorded, mut parked, mut refused) = (Vec::new(), 0, Vec::new());
        for fact in facts {
            match apply::apply(&self.store, fact, source).await {
                Ok(Applied::Recorded(order)) => recorded.push(order),
                Ok(Applied::Parked) => parked += 1,
                Err(error) if error.is_transient() => return Err(Stopped::Later(error.to_string())),
                Err(error) => refused.push(error),
            }
        }
        if let Some(first) = refused.first() {
            let reason = match first {
                ApplyError::Contradiction(_) => "conflict",
                ApplyError::Id(_) => "impossible",
                _ => "fault",
            };
            let told: Vec<_> = refused.iter().map(ToString::to_string).collect();
            return Err(Stopped::Failed(reason, told.join("; ")));
        }
        Ok(match (&recorded[..], parked) {
            ([order], 0) => format!("recorded: order {order}"),
            ([], 1) => "parked".to_owned(),
            (orders, parked) => format!("recorded: {} orders, parked: {parked}", orders.len()),
        })
    }
}
