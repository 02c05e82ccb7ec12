//! Kafka as a reader of committed messages sees it, and librdkafka by itself.

use std::time::{Duration, Instant};

use guanxi_kafka::position_of;
use rdkafka::ClientConfig;
use rdkafka::Message as _;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Headers as _, OwnedMessage};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::drive::Failure;
use crate::shop::failed;

const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);
const PARTITIONS: i32 = 6;

/// A broker and the topics that begin with a prefix.
#[derive(Debug, Clone)]
pub struct Topics {
    /// Bootstrap servers.
    pub servers: String,
    /// Before the name of every topic.
    pub prefix: String,
    /// Whether the relay feeds the views too.
    pub feed_views: bool,
}

impl Topics {
    /// Topics of this run where `deploy/kafka with` has started a broker; says so where it has not.
    pub fn of(name: &str) -> Option<Self> {
        let servers = std::env::var("GUANXI_TEST_KAFKA").ok();
        if servers.is_none() {
            eprintln!("  left out: there is no broker (deploy/kafka install, then make bench)");
        }
        Some(Self {
            servers: servers?,
            prefix: format!("bench-{}-{name}", std::process::id()),
            feed_views: false,
        })
    }

    /// Others, under which everything begins anew.
    pub fn round(&self, number: usize) -> Self {
        Self {
            prefix: format!("{}-{number}", self.prefix),
            ..self.clone()
        }
    }

    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.servers);
        config
    }

    fn reader(&self) -> Result<BaseConsumer, Failure> {
        self.client()
            .set("group.id", "bench")
            .set("isolation.level", "read_committed")
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .create()
            .map_err(failed)
    }

    /// A reader of all topics of ours whose names do or do not end as the relay's position does.
    fn assigned(&self, position: bool) -> Result<BaseConsumer, Failure> {
        let consumer = self.reader()?;
        let begun = Instant::now();
        loop {
            let metadata = consumer.fetch_metadata(None, PATIENCE).map_err(failed)?;
            let mut from = TopicPartitionList::new();
            for topic in metadata.topics() {
                let ours = topic.name().starts_with(&format!("{}.", self.prefix));
                if ours && topic.name().ends_with(".relay.position") == position {
                    for partition in topic.partitions() {
                        from.add_partition_offset(topic.name(), partition.id(), Offset::Beginning)
                            .map_err(failed)?;
                    }
                }
            }
            // The relay creates the position's topic last.
            let last = format!("{}.relay.position", self.prefix);
            if metadata.topics().iter().any(|topic| topic.name() == last) {
                consumer.assign(&from).map_err(failed)?;
                return Ok(consumer);
            }
            if begun.elapsed() > PATIENCE {
                return Err(Failure("the relay creates no topics".to_owned()));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits until everything up to `head` is published; positions per second, from the first transaction to the last.
    pub fn published(&self, head: u64) -> Result<f64, Failure> {
        let consumer = self.assigned(true)?;
        let (mut first, begun) = (None, Instant::now());
        while begun.elapsed() < PATIENCE {
            let Some((position, at)) = next(&consumer)?.and_then(|record| written(&record)) else {
                continue;
            };
            let (from, since) = *first.get_or_insert((position, at));
            if position >= head {
                let seconds = (at - since) as f64 / 1_000.0;
                return Ok((position - from) as f64 / seconds);
            }
        }
        Err(Failure("the relay does not come to the end".to_owned()))
    }

    /// Calls `seen` with the log position of each event, until it says that it was the last.
    pub fn watch(&self, mut seen: impl FnMut(u64) -> bool) -> Result<(), Failure> {
        let consumer = self.assigned(false)?;
        let mut heard = Instant::now();
        while heard.elapsed() < PATIENCE {
            let Some(record) = next(&consumer)? else { continue };
            heard = Instant::now();
            if let Some(position) = position_of(&record)
                && seen(position)
            {
                return Ok(());
            }
        }
        Err(Failure("nothing is published any more".to_owned()))
    }

    /// Everything on the topics of events and states.
    pub fn all(&self) -> Result<Vec<OwnedMessage>, Failure> {
        let consumer = self.assigned(false)?;
        let mut open = consumer.assignment().map_err(failed)?.count();
        let mut all = Vec::new();
        while open > 0 {
            match consumer.poll(PATIENCE) {
                Some(Ok(record)) => all.push(record.detach()),
                Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
                Some(Err(error)) => return Err(failed(error)),
                None => return Err(Failure("the broker is silent".to_owned())),
            }
        }
        Ok(all)
    }

    /// Sends the same messages with librdkafka alone, durably; messages per second.
    pub async fn sent_again(&self, name: &str, messages: Vec<OwnedMessage>) -> Result<f64, Failure> {
        let topic = format!("{}-{name}", self.prefix);
        let admin: AdminClient<DefaultClientContext> = self.client().create().map_err(failed)?;
        let new = NewTopic::new(&topic, PARTITIONS, TopicReplication::Fixed(1));
        let created = admin.create_topics(&[new], &AdminOptions::new()).await;
        for created in created.map_err(failed)? {
            created.map_err(|(name, code)| failed(format!("topic {name}: {code}")))?;
        }
        let producer: ThreadedProducer<DefaultProducerContext> = self
            .client()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .create()
            .map_err(failed)?;
        tokio::task::spawn_blocking(move || send(&producer, &topic, &messages))
            .await
            .map_err(failed)?
    }
}

/// Bytes of keys, payloads and headers.
pub fn size(messages: &[OwnedMessage]) -> f64 {
    let length = |part: Option<&[u8]>| part.map_or(0, <[u8]>::len);
    let of_headers = |message: &OwnedMessage| -> usize {
        let headers = message.headers();
        headers.map_or(0, |headers| {
            headers
                .iter()
                .map(|header| header.key.len() + length(header.value))
                .sum()
        })
    };
    let size =
        |message: &OwnedMessage| length(message.key()) + length(message.payload()) + of_headers(message);
    messages.iter().map(size).sum::<usize>() as f64
}

fn send(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    messages: &[OwnedMessage],
) -> Result<f64, Failure> {
    let begun = Instant::now();
    for message in messages {
        let mut record: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(topic);
        if let Some(key) = message.key() {
            record = record.key(key);
        }
        if let Some(payload) = message.payload() {
            record = record.payload(payload);
        }
        if let Some(headers) = message.headers() {
            record = record.headers(headers.clone());
        }
        while let Err((error, back)) = producer.send(record) {
            if !matches!(error, KafkaError::MessageProduction(Code::QueueFull)) {
                return Err(failed(error));
            }
            record = back;
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    producer.flush(PATIENCE).map_err(failed)?;
    Ok(messages.len() as f64 / begun.elapsed().as_secs_f64())
}

fn next(consumer: &BaseConsumer) -> Result<Option<BorrowedMessage<'_>>, Failure> {
    match consumer.poll(POLL) {
        None | Some(Err(KafkaError::PartitionEOF(_))) => Ok(None),
        Some(Ok(record)) => Ok(Some(record)),
        Some(Err(error)) => Err(failed(error)),
    }
}

/// The relay's position in a record of its topic, and when it was written, in milliseconds.
fn written(record: &BorrowedMessage<'_>) -> Option<(u64, i64)> {
    let stored: serde_json::Value = serde_json::from_slice(record.payload()?).ok()?;
    Some((stored["position"].as_u64()?, record.timestamp().to_millis()?))
}
