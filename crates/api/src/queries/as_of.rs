//! The past in a question: as of a position, of what was known, or of what had happened.

use std::sync::{Arc, LazyLock};

use guanxi_event_store::view::Until;
use guanxi_kernel::Timestamp;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::IntoParams;

use crate::http::Problem;

/// Folds over the log that run at once; each takes a processor.
const AT_ONCE: usize = 2;
static FOLDS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// As of when: the first of the three that is given, and now without.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As of this position of the log.
    pub as_of_position: Option<u64>,
    /// What was known: the log as it was at this instant, `2026-03-01T10:00:00+08:00`.
    #[param(format = DateTime)]
    pub as_of_recorded: Option<String>,
    /// What had happened in the world by this instant, whenever it became known.
    #[param(format = DateTime)]
    pub as_of_happened: Option<String>,
}

impl AsOfQuery {
    /// Up to where the log is read; `None` if the question is about now.
    ///
    /// # Errors
    /// An instant that is none.
    pub fn until(&self) -> Result<Option<Until>, Problem> {
        let instant = |text: &str| {
            text.parse::<Timestamp>()
                .map_err(|_| Problem::unfit("as_of_recorded and as_of_happened are instants with an offset."))
        };
        // Also those that yield to another are read: what is no instant is told and not passed over.
        let recorded = self.as_of_recorded.as_deref().map(instant).transpose()?;
        let happened = self.as_of_happened.as_deref().map(instant).transpose()?;
        if let Some(position) = self.as_of_position {
            return i64::try_from(position)
                .map(|_| Some(Until::Position(position)))
                .map_err(|_| Problem::unfit("as_of_position is beyond every log."));
        }
        Ok(recorded
            .map(Until::Recorded)
            .or_else(|| happened.map(Until::Happened)))
    }
}

/// Leave to fold a part of the log, which is as much work as the log is long.
///
/// # Errors
/// 503 while others do.
pub(super) fn turn() -> Result<SemaphorePermit<'static>, Problem> {
    FOLDS.try_acquire().map_err(|_| {
        Problem::unavailable("Others are being told of the past; it takes as long as the log is.")
    })
}
