//! What the event topics themselves say was published last, for an operator who has lost the position topic.

use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::position::reader;
use crate::{KafkaSettings, PublishError};

/// Longer than any tail of aborted transactions.
const TAIL: i64 = 50_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// The highest position among the last committed events of these topics. Since a transaction holds events in the order
/// of the log, nothing behind it is published and everything before it is. Blocks.
///
/// # Errors
/// The brokers do not answer.
pub fn last_published(settings: &KafkaSettings, topics: &[String]) -> Result<Option<u64>, PublishError> {
    let consumer = reader(settings)?;
    let mut from = TopicPartitionList::new();
    for topic in topics {
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE)?;
        let partitions = metadata
            .topics()
            .first()
            .map_or(0, |found| found.partitions().len());
        for partition in 0..i32::try_from(partitions).unwrap_or(0) {
            let (low, high) = consumer.fetch_watermarks(topic, partition, PATIENCE)?;
            from.add_partition_offset(topic, partition, Offset::Offset(low.max(high - TAIL)))?;
        }
    }
    let mut open = from.count();
    if open == 0 {
        return Ok(None);
    }
    consumer.assign(&from)?;
    let (mut last, mut heard) = (None, Instant::now());
    while heard.elapsed() < PATIENCE {
        match consumer.poll(Duration::from_millis(200)) {
            None => {}
            Some(Err(KafkaError::PartitionEOF(_))) => {
                open -= 1;
                if open == 0 {
                    return Ok(last);
                }
            }
            Some(Err(error)) => return Err(error.into()),
            Some(Ok(record)) => {
                heard = Instant::now();
                last = last.max(position_of(&record));
            }
        }
    }
    Err(PublishError::Transient("the brokers do not answer".to_owned()))
}

fn position_of(record: &BorrowedMessage<'_>) -> Option<u64> {
    let headers = record.headers()?;
    let value = headers.iter().find(|header| header.key == "ce_position")?.value?;
    std::str::from_utf8(value).ok()?.parse().ok()
}
