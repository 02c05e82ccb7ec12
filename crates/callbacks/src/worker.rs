//! Works the inbox off: opens what was kept, translates it, notes what came of it.
//!
//! Several processes may do this at once. A notice that was translated by a process that then died is translated
//! again, and asks the same commands again.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use guanxi_event_store::StoreError;
use guanxi_event_store::inbox::{Inbox, Notice, Settled};
use tokio::task::JoinSet;

use crate::alarm::alarm;

/// Notices translated at once.
const AT_ONCE: usize = 256;
/// The longest pause between two looks at an empty inbox; a new notice ends it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after a fault of the database.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Notices that are being translated, each with what becomes of it.
type Line = JoinSet<(i64, Settled)>;

/// From one partner's notices to commands.
#[async_trait]
pub trait Translate: Clone + Send + Sync + 'static {
    /// The partner's name in the inbox and in metrics.
    const PARTNER: &'static str;

    /// Translates one notice and carries out what it means; says what came of it in a few words and without personal
    /// data. Doing it again changes nothing.
    async fn translate(&self, notice: &Notice) -> Result<String, Stopped>;
}

/// Why a notice is not translated.
#[derive(Debug)]
pub enum Stopped {
    /// A person must look: the reason to count, and what to tell.
    Failed(&'static str, String),
    /// Something passing stood in the way.
    Later(String),
}

/// The translator of one process for one partner. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker<T> {
    inbox: Inbox,
    translator: T,
}

impl<T: Translate> Worker<T> {
    /// A worker on an inbox.
    #[must_use]
    pub fn with(inbox: Inbox, translator: T) -> Self {
        Self { inbox, translator }
    }

    /// Translates until `shutdown`; what was begun is finished first.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        let mut line = JoinSet::new();
        loop {
            let turn = tokio::select! {
                biased;
                () = &mut shutdown => break,
                turn = self.turn(&mut line) => turn,
            };
            let pause = match turn {
                Ok(0) => LOOK_EVERY,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, partner = T::PARTNER, "the inbox cannot be worked off now");
                    AFTER_FAULT
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = self.rest(pause) => {}
            }
        }
        while !line.is_empty() {
            if let Err(error) = self.finish(&mut line).await {
                tracing::error!(%error, partner = T::PARTNER, "notices are translated again after the next start");
            }
        }
    }

    /// Translates everything that is due now, and says how many notices that were.
    ///
    /// # Errors
    /// The database.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let (mut line, mut all) = (JoinSet::new(), 0);
        loop {
            match self.turn(&mut line).await? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    /// Fills the line up, waits until something in it is translated, and notes it; says how many notices were. What is
    /// slow holds up nothing but itself. May be given up while it waits.
    async fn turn(&self, line: &mut Line) -> Result<usize, StoreError> {
        if line.len() <= AT_ONCE / 2 {
            let room = u32::try_from(AT_ONCE - line.len()).unwrap_or(u32::MAX);
            for notice in self.inbox.take(T::PARTNER, room).await? {
                let worker = self.clone();
                line.spawn(async move { (notice.id, worker.settled(&notice).await) });
            }
        }
        if line.is_empty() {
            return Ok(0);
        }
        self.finish(line).await
    }

    async fn finish(&self, line: &mut Line) -> Result<usize, StoreError> {
        let mut next = line.join_next().await;
        let (mut settled, mut count) = (Vec::new(), 0);
        while let Some(done) = next {
            count += 1;
            match done {
                Ok(done) => settled.push(done),
                // Its lease ends by itself, and it is taken again.
                Err(error) => {
                    tracing::error!(%error, partner = T::PARTNER, "a translation broke off");
                    alarm(T::PARTNER, "broken_off");
                }
            }
            next = line.try_join_next();
        }
        self.inbox.settle_all(&settled).await?;
        Ok(count)
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

    async fn settled(&self, notice: &Notice) -> Settled {
        let (outcome, settled) = match self.translator.translate(notice).await {
            Ok(note) => ("done", Settled::Done(note)),
            Err(Stopped::Failed(reason, told)) => {
                tracing::error!(inbox_id = notice.id, notice = %notice.key, partner = T::PARTNER, reason, told,
                    "a notice was not translated: a person must look");
                alarm(T::PARTNER, reason);
                ("failed", Settled::Failed(told))
            }
            Err(Stopped::Later(told)) => {
                tracing::warn!(inbox_id = notice.id, notice = %notice.key, partner = T::PARTNER, told,
                    "a notice is tried again");
                ("later", Settled::Later(told))
            }
        };
        metrics::counter!("guanxi_notices_translated_total", "partner" => T::PARTNER, "outcome" => outcome)
            .increment(1);
        settled
    }
}
