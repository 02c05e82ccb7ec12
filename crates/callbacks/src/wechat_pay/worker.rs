//! Works the inbox off: opens what was kept, translates it, notes what came of it.
//!
//! Several processes may do this at once. A notice that was translated by a process that then died is translated
//! again, and asks the same commands again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use guanxi_event_store::inbox::{Inbox, Notice, Settled};
use guanxi_event_store::{EventStore, StoreError};
use tokio::task::JoinSet;

use super::SOURCE;
use super::apply::{self, Applied, ApplyError, Source};
use super::body::Body;
use super::config::Merchants;
use super::envelope::Envelope;
use super::facts::{self, Fact};
use super::headers::NoticeHeaders;
use super::notice::{NoticeRecord, OpenedRecord};
use super::payer;

/// Notices translated at once.
const AT_ONCE: u32 = 128;
/// The longest pause between two looks at an empty inbox; a new notice ends it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after a fault of the database.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// The translator of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    store: EventStore,
    inbox: Inbox,
    merchants: Arc<Merchants>,
}

/// Why a notice is not translated.
#[derive(Debug)]
enum Stopped {
    /// A person must look: the reason to count, and what to tell.
    Failed(&'static str, String),
    /// Something passing stood in the way.
    Later(String),
}

impl Worker {
    /// A translator; `merchants` open what could not be opened when it came.
    #[must_use]
    pub fn new(store: EventStore, inbox: Inbox, merchants: Arc<Merchants>) -> Self {
        Self {
            store,
            inbox,
            merchants,
        }
    }

    /// Translates until `shutdown`; what was begun is finished first.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let pause = match self.batch().await {
                Ok(0) => LOOK_EVERY,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "the inbox cannot be worked off now");
                    AFTER_FAULT
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.rest(pause) => {}
            }
        }
    }

    /// Translates everything that is due now, and says how many notices that were.
    ///
    /// # Errors
    /// The database.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut all = 0;
        loop {
            match self.batch().await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    async fn rest(&self, pause: Duration) {
        if pause.is_zero() {
            return;
        }
        if let Err(error) = self.inbox.wait(pause).await {
            tracing::warn!(%error, "cannot listen for new notices");
            tokio::time::sleep(pause).await;
        }
    }

    async fn batch(&self) -> Result<usize, StoreError> {
        let notices = self.inbox.take(SOURCE, AT_ONCE).await?;
        let mut tasks = JoinSet::new();
        let count = notices.len();
        for notice in notices {
            let worker = self.clone();
            tasks.spawn(async move {
                let settled = worker.translate(&notice).await;
                worker.inbox.settle(notice.id, &settled).await
            });
        }
        let mut outcome = Ok(count);
        while let Some(done) = tasks.join_next().await {
            match done {
                Ok(Ok(())) => {}
                // Its lease ends by itself, and it is taken again.
                Ok(Err(error)) => outcome = Err(error),
                Err(error) => {
                    tracing::error!(%error, "a translation broke off");
                    super::alarm("broken_off");
                }
            }
        }
        outcome
    }

    async fn translate(&self, notice: &Notice) -> Settled {
        let (outcome, settled) = match self.attempt(notice).await {
            Ok(note) => ("done", Settled::Done(note)),
            Err(Stopped::Failed(reason, told)) => {
                tracing::error!(inbox_id = notice.id, notice = %notice.key, reason, told,
                    "a notice was not translated: a person must look");
                super::alarm(reason);
                ("failed", Settled::Failed(told))
            }
            Err(Stopped::Later(told)) => {
                tracing::warn!(inbox_id = notice.id, notice = %notice.key, told, "a notice is tried again");
                ("later", Settled::Later(told))
            }
        };
        metrics::counter!("guanxi_notices_translated_total", "partner" => SOURCE, "outcome" => outcome)
            .increment(1);
        settled
    }

    /// From a kept notice to commands: open, read, check, carry out.
    async fn attempt(&self, notice: &Notice) -> Result<String, Stopped> {
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
        payer::adopt_kept(&self.store, body, &notice.subject)
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
