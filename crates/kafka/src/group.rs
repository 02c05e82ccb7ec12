//! A worker of a consumer group: topics of one partition are handed out among the workers, each with its records.
//!
//! Offsets are not Kafka's affair here: whoever works a topic says where to begin, since it keeps the offset with its
//! results. A worker that is frozen may go on for a while beside its successor; fencing it is the affair of the results
//! too.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Message as _};

use crate::{KafkaSettings, PublishError};

/// As long as a poll waits; also how often a paused topic is looked at.
const POLL: Duration = Duration::from_millis(50);

/// What a worker does with topics and records. Called from the thread that polls, so it should not be slow.
pub trait Work: Send + Sync + 'static {
    /// A topic is given to this worker: from which offset? `None` is the beginning.
    fn given(&self, topic: &str) -> Option<i64>;
    /// The topic is another worker's now.
    fn taken(&self, topic: &str);
    /// The next record of a topic.
    fn record(&self, topic: &str, offset: i64, payload: &[u8]);
    /// Whether the topic should pause, because enough records wait.
    fn is_full(&self, topic: &str) -> bool;
}

struct Rebalancing(Arc<dyn Work>);

impl ClientContext for Rebalancing {}

impl ConsumerContext for Rebalancing {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        what: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        let topics: Vec<String> = partitions
            .elements()
            .iter()
            .map(|element| element.topic().to_owned())
            .collect();
        let done = if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            for topic in &topics {
                let from = self.0.given(topic).map_or(Offset::Beginning, Offset::Offset);
                if let Err(error) = partitions.set_partition_offset(topic, 0, from) {
                    tracing::error!(topic, %error, "an offset is not taken; the topic is read from where Kafka thinks");
                }
            }
            consumer.incremental_assign(partitions)
        } else {
            topics.iter().for_each(|topic| self.0.taken(topic));
            consumer.incremental_unassign(partitions)
        };
        if let Err(error) = done {
            tracing::error!(%error, "topics could not be taken over or given up");
        }
    }
}

/// Works in a group until it is told to stop. Blocks.
///
/// # Errors
/// The brokers do not let us, or something that a new attempt may mend.
pub fn consume(
    settings: &KafkaSettings,
    group: &str,
    topics: &[String],
    work: Arc<dyn Work>,
    stop: &AtomicBool,
) -> Result<(), PublishError> {
    let consumer: BaseConsumer<Rebalancing> = settings
        .member(group)
        .set("fetch.wait.max.ms", "50")
        .create_with_context(Rebalancing(Arc::clone(&work)))?;
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    consumer.subscribe(&names)?;
    let mut paused = BTreeSet::new();
    while !stop.load(Ordering::Acquire) {
        match consumer.poll(POLL) {
            None => {}
            Some(Ok(record)) => {
                let topic = record.topic();
                work.record(topic, record.offset(), record.payload().unwrap_or_default());
                if work.is_full(topic) && paused.insert(topic.to_owned()) {
                    consumer.pause(&one(topic))?;
                }
            }
            Some(Err(error)) => sort_out(error)?,
        }
        let free: Vec<String> = paused
            .iter()
            .filter(|topic| !work.is_full(topic))
            .cloned()
            .collect();
        for topic in free {
            paused.remove(&topic);
            consumer.resume(&one(&topic))?;
        }
    }
    Ok(())
}

fn one(topic: &str) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, 0);
    list
}

/// What librdkafka mends by itself is only told.
fn sort_out(error: KafkaError) -> Result<(), PublishError> {
    let mends_itself = matches!(
        error.rdkafka_error_code(),
        Some(
            Code::AllBrokersDown
                | Code::BrokerTransportFailure
                | Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::AutoOffsetReset
                | Code::UnknownTopicOrPartition
                | Code::NotCoordinator
                | Code::CoordinatorNotAvailable
        )
    );
    if mends_itself {
        tracing::warn!(%error, "for now");
        return Ok(());
    }
    Err(error.into())
}
