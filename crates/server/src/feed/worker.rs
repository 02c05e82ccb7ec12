//! One worker of the group, through failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::Loop;
use guanxi_kafka::{KafkaSettings, PublishError, Work, blocking, consume, missing};
use tokio::time::sleep;

use super::desk::Desk;
use super::topics;
use crate::exit::{Failure, Reason};
use crate::platform::Shutdown;

/// Before a worker that was turned away knocks again.
const PAUSE: Duration = Duration::from_secs(2);

/// Follows the views that the group gives it.
pub struct ViewWorker {
    followers: Loop<GuanxiEvent>,
    settings: Arc<KafkaSettings>,
}

impl ViewWorker {
    /// A worker, if there is something to be fed with.
    ///
    /// # Errors
    /// The brokers do not answer, or no relay has fed the views yet.
    pub async fn new(followers: Loop<GuanxiEvent>, settings: KafkaSettings) -> Result<Self, Failure> {
        let settings = Arc::new(settings);
        let (asked, wanted) = (Arc::clone(&settings), topics(&settings, &followers));
        let gone = blocking(move || missing(&asked, &wanted)).await?;
        if let Some(topic) = gone.first() {
            return Err(Failure::new(
                Reason::Refused,
                format!("nobody feeds the views: topic {topic} is missing"),
            )
            .advise(
                "Start a relay of this version with kafka.feed_views = true; or follow the log: --source log.",
            ));
        }
        Ok(Self { followers, settings })
    }

    /// Works until `shutdown`.
    pub async fn run(&self, shutdown: Shutdown) {
        let desk = Arc::new(Desk::new(self.followers.clone(), &self.settings));
        let stop = Arc::new(AtomicBool::new(false));
        loop {
            let mut working = self.begin(&desk, &stop);
            tokio::select! {
                ended = &mut working => match ended {
                    Ok(Ok(())) => tracing::warn!("the group has ended; it is joined again"),
                    Ok(Err(error)) => tracing::error!(%error, "the group is joined again"),
                    Err(error) => tracing::error!(%error, "the group is joined again"),
                },
                () = shutdown.clone().wait() => {
                    stop.store(true, Ordering::Release);
                    drop(working.await);
                    desk.clear();
                    return;
                }
            }
            desk.clear();
            sleep(PAUSE).await;
        }
    }

    fn begin(
        &self,
        desk: &Arc<Desk>,
        stop: &Arc<AtomicBool>,
    ) -> tokio::task::JoinHandle<Result<(), PublishError>> {
        let (settings, stop) = (Arc::clone(&self.settings), Arc::clone(stop));
        let (topics, work) = (desk.topics(), Arc::clone(desk) as Arc<dyn Work>);
        let group = format!("{}.views", settings.prefix);
        tokio::task::spawn_blocking(move || consume(&settings, &group, &topics, work, &stop))
    }
}
