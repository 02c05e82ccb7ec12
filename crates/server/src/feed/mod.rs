//! `guanxi serve --roles followers --source kafka`: the views are handed out among workers by a consumer group.
//!
//! The relay writes, in the transaction of what it publishes, for each view a record with the stored events that concern
//! it, into a topic of the view's own. A view is one worker's at a time. Its rows, its place in the log and its offset
//! are one transaction, whose first statement is the checkpoint that a frozen worker fails on; whatever a topic lacks is
//! read from the log. So how views are handed out, and by how many workers, never shows in the rows.

mod desk;
mod worker;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::Loop;
use guanxi_kafka::{KafkaSettings, Kind, Topic};

pub use worker::ViewWorker;

/// The topics that feed the views. What is recorded of them does not matter: they may vanish, and views read the log.
pub(crate) fn topics(settings: &KafkaSettings, views: &Loop<GuanxiEvent>) -> Vec<Topic> {
    let topic = |(view, _): (&str, u32)| Topic {
        name: settings.feed_topic(view),
        kind: Kind::Feed,
        recorded: None,
    };
    views.views().into_iter().map(topic).collect()
}
