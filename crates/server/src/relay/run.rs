//! Runs the relay until the process stops, or until it must not go on.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::follow::Standing;
use guanxi_event_store::{EventStore, Loop};
use guanxi_kafka::KafkaSettings;

use super::follower::RelayFollower;
use super::{NAME, VERSION};

/// How often it is looked whether the relay has stopped.
const LOOK: Duration = Duration::from_millis(200);

/// Why a relay has ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Another relay has taken over.
    Fenced(String),
    /// A person must look.
    Refused(String),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced(why) => write!(f, "this relay is fenced and publishes nothing more: {why}"),
            Self::Refused(why) => write!(f, "the relay refuses to publish: {why}"),
        }
    }
}

/// A relay, running or not.
#[derive(Clone)]
pub struct Relay {
    following: Loop<GuanxiEvent>,
    ended: Arc<Mutex<Option<Ended>>>,
}

impl Relay {
    /// A relay over a log, which feeds these views if the settings say so.
    #[must_use]
    pub fn new(store: EventStore, settings: KafkaSettings, views: Loop<GuanxiEvent>) -> Self {
        let (settings, ended) = (Arc::new(settings), Arc::<Mutex<Option<Ended>>>::default());
        let shared = Arc::clone(&ended);
        let following = Loop::builder(store)
            .follower(NAME, VERSION, move |store| {
                Box::new(RelayFollower::new(
                    store,
                    Arc::clone(&settings),
                    settings.feed_views.then(|| views.clone()),
                    Arc::clone(&shared),
                ))
            })
            .build();
        Self { following, ended }
    }

    /// Publishes until `shutdown` is done or the relay ends by itself; then says why.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) -> Option<Ended> {
        tokio::select! {
            () = self.following.run(shutdown) => None,
            ended = self.stopped() => Some(ended),
        }
    }

    async fn stopped(&self) -> Ended {
        loop {
            tokio::time::sleep(LOOK).await;
            let known = self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(ended) = known {
                return ended;
            }
            for status in self.following.status() {
                if let Standing::Stopped(why) = status.standing {
                    return Ended::Refused(why);
                }
            }
        }
    }
}
