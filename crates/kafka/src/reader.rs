//! Reads partitions to their end as it is now, committed records only.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::{KafkaSettings, PublishError};

/// Without an answer for so long, the brokers are away.
const PATIENCE: Duration = Duration::from_secs(30);

/// A consumer without a group.
pub(crate) struct Reader(BaseConsumer);

impl Reader {
    pub(crate) fn open(settings: &KafkaSettings) -> Result<Self, PublishError> {
        let consumer = settings
            .client()
            .set("group.id", format!("{}.reader", settings.transactional_id()))
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .create()?;
        Ok(Self(consumer))
    }

    /// The last `most` records of each partition of these topics.
    pub(crate) fn tails(&self, topics: &[String], most: i64) -> Result<TopicPartitionList, PublishError> {
        let mut from = TopicPartitionList::new();
        for topic in topics {
            let metadata = self.0.fetch_metadata(Some(topic), PATIENCE)?;
            for partition in metadata.topics().iter().flat_map(|found| found.partitions()) {
                let (low, high) = self.0.fetch_watermarks(topic, partition.id(), PATIENCE)?;
                from.add_partition_offset(topic, partition.id(), Offset::Offset(low.max(high - most)))?;
            }
        }
        Ok(from)
    }

    /// Hands out every record from there to the end of each partition. Blocks.
    pub(crate) fn read_to_the_end(
        &self,
        from: &TopicPartitionList,
        mut each: impl FnMut(&BorrowedMessage<'_>) -> Result<(), PublishError>,
    ) -> Result<(), PublishError> {
        self.0.assign(from)?;
        let (mut open, mut heard) = (from.count(), Instant::now());
        while open > 0 {
            match self.0.poll(Duration::from_millis(200)) {
                None if heard.elapsed() > PATIENCE => {
                    return Err(PublishError::Transient("the brokers do not answer".to_owned()));
                }
                None => continue,
                Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
                Some(Err(error)) => return Err(error.into()),
                Some(Ok(record)) => each(&record)?,
            }
            heard = Instant::now();
        }
        Ok(())
    }
}
