//! What a worker has in hand: a follower for each view that it was given.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::Loop;
use guanxi_event_store::follow::{Feed, FeedSender};
use guanxi_kafka::{KafkaSettings, Work};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

pub(super) struct Desk {
    followers: Loop<GuanxiEvent>,
    /// Views by their topics.
    views: BTreeMap<String, &'static str>,
    runtime: Handle,
    hands: Mutex<HashMap<String, Hand>>,
}

struct Hand {
    feed: FeedSender,
    follower: JoinHandle<()>,
}

impl Desk {
    /// An empty one. Must be called inside the runtime in which followers shall run.
    pub(super) fn new(followers: Loop<GuanxiEvent>, settings: &KafkaSettings) -> Self {
        let views = followers.views().into_iter();
        Self {
            views: views.map(|(view, _)| (settings.feed_topic(view), view)).collect(),
            followers,
            runtime: Handle::current(),
            hands: Mutex::default(),
        }
    }

    pub(super) fn topics(&self) -> Vec<String> {
        self.views.keys().cloned().collect()
    }

    /// Gives everything up.
    pub(super) fn clear(&self) {
        for (_, hand) in self.hands().drain() {
            hand.follower.abort();
        }
    }

    fn hands(&self) -> MutexGuard<'_, HashMap<String, Hand>> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work for Desk {
    fn given(&self, topic: &str) -> Option<i64> {
        let view = *self.views.get(topic)?;
        let from = self.runtime.block_on(self.followers.fed_up_to(view));
        let (feed, records) = Feed::new();
        let followers = self.followers.clone();
        let follower = self.runtime.spawn(async move {
            if let Err(error) = followers.follow_fed(view, records).await {
                tracing::error!(view, %error, "is not followed");
            }
        });
        let hand = Hand { feed, follower };
        if let Some(before) = self.hands().insert(topic.to_owned(), hand) {
            before.follower.abort();
        }
        from.unwrap_or_else(|error| {
            tracing::warn!(view, %error, "its offset is not known; its topic is read from the beginning");
            None
        })
    }

    fn taken(&self, topic: &str) {
        if let Some(hand) = self.hands().remove(topic) {
            hand.follower.abort();
        }
    }

    fn record(&self, topic: &str, offset: i64, payload: &[u8]) {
        if let Some(hand) = self.hands().get(topic) {
            hand.feed.send(offset, payload);
        }
    }

    fn is_full(&self, topic: &str) -> bool {
        self.hands().get(topic).is_some_and(|hand| hand.feed.is_full())
    }
}
