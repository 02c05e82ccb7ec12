//! What a consumer of committed events sees.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::Message as _;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::process::Installation;

const PATIENCE: Duration = Duration::from_secs(30);

/// An event as it was read, in the order of its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub topic: String,
    pub key: String,
    pub id: String,
    pub position: u64,
    pub sequence: u64,
}

/// Every event of every event topic, from the beginning to the end as it is now.
pub async fn read_all(house: &Installation) -> Vec<Seen> {
    let house = house.clone();
    tokio::task::spawn_blocking(move || read(&house)).await.unwrap()
}

fn read(house: &Installation) -> Vec<Seen> {
    let (consumer, open) = from_the_beginning(house);
    to_the_end(&consumer, open, event)
}

fn to_the_end<T>(
    consumer: &BaseConsumer,
    mut open: usize,
    read: impl Fn(&BorrowedMessage<'_>) -> T,
) -> Vec<T> {
    let mut seen = Vec::new();
    while open > 0 {
        match consumer.poll(PATIENCE) {
            Some(Ok(record)) => seen.push(read(&record)),
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            // Brokers learn of a new topic one after the other; the reader asks again.
            Some(Err(KafkaError::MessageConsumption(Code::UnknownTopicOrPartition))) => {}
            Some(Err(error)) => panic!("{error}"),
            None => panic!("the broker is silent"),
        }
    }
    seen
}

/// Any record.
pub struct Note {
    pub headers: Vec<(String, String)>,
    pub payload: Vec<u8>,
}

/// Every record of one topic of the installation as it is now; none where there is no such topic.
pub async fn read_notes(house: &Installation, name: &str) -> Vec<Note> {
    let (house, topic) = (house.clone(), format!("{}.{name}", house.prefix));
    let read = move || {
        let (consumer, open) = beginning_of(&house, |name| name == topic);
        to_the_end(&consumer, open, |record| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            let headers = record.headers().map(|headers| {
                let pairs = headers.iter();
                pairs
                    .map(|one| (one.key.to_owned(), text(one.value.unwrap())))
                    .collect()
            });
            Note {
                headers: headers.unwrap_or_default(),
                payload: record.payload().unwrap().to_vec(),
            }
        })
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

/// The longest time without a new committed event, until `over` is said; whatever becomes of brokers meanwhile.
pub fn longest_stall(house: &Installation, over: &AtomicBool) -> Duration {
    let (consumer, _) = from_the_beginning(house);
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    while !over.load(Ordering::Relaxed) {
        if let Some(Ok(_)) = consumer.poll(Duration::from_millis(50)) {
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
    }
    longest
}

/// A reader of all event topics as they are now, and the number of their partitions.
fn from_the_beginning(house: &Installation) -> (BaseConsumer, usize) {
    let others = ["state", "relay", "feed"];
    beginning_of(house, |name| {
        name.strip_prefix(&house.prefix)
            .is_some_and(|rest| rest.starts_with('.') && !others.iter().any(|other| rest.contains(other)))
    })
}

fn beginning_of(house: &Installation, ours: impl Fn(&str) -> bool) -> (BaseConsumer, usize) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &house.broker)
        .set("group.id", "test")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let metadata = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let mut from = TopicPartitionList::new();
    for topic in metadata.topics().iter().filter(|topic| ours(topic.name())) {
        for partition in topic.partitions() {
            from.add_partition_offset(topic.name(), partition.id(), Offset::Beginning)
                .unwrap();
        }
    }
    consumer.assign(&from).unwrap();
    let partitions = from.count();
    (consumer, partitions)
}

fn event(record: &BorrowedMessage<'_>) -> Seen {
    Seen {
        topic: record.topic().to_owned(),
        key: String::from_utf8(record.key().unwrap().to_vec()).unwrap(),
        id: header(record, "ce_id"),
        position: header(record, "ce_position").parse().unwrap(),
        sequence: header(record, "ce_sequence").parse().unwrap(),
    }
}

fn header(record: &BorrowedMessage<'_>, key: &str) -> String {
    let headers = record.headers().unwrap();
    let found = headers.iter().find(|header| header.key == key).unwrap();
    String::from_utf8(found.value.unwrap().to_vec()).unwrap()
}

/// Whether the installation has a topic.
pub async fn is_there(house: &Installation, name: &str) -> bool {
    let (house, topic) = (house.clone(), format!("{}.{name}", house.prefix));
    let ask = move || beginning_of(&house, |name| name == topic).1 > 0;
    tokio::task::spawn_blocking(ask).await.unwrap()
}

/// Deletes a topic of the installation and waits until it is gone.
pub async fn delete(house: &Installation, name: &str) {
    let topic = format!("{}.{name}", house.prefix);
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", &house.broker)
        .create()
        .unwrap();
    for deleted in admin
        .delete_topics(&[&topic], &AdminOptions::new())
        .await
        .unwrap()
    {
        deleted.unwrap();
    }
    let there = |admin: &AdminClient<DefaultClientContext>| {
        let metadata = admin.inner().fetch_metadata(None, PATIENCE).unwrap();
        metadata.topics().iter().any(|found| found.name() == topic)
    };
    while there(&admin) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets Kafka forget how far a group was, as soon as its members are taken for dead.
pub async fn forget_group(house: &Installation, name: &str) {
    let group = format!("{}.{name}", house.prefix);
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", &house.broker)
        .create()
        .unwrap();
    loop {
        let done = admin
            .delete_groups(&[&group], &AdminOptions::new())
            .await
            .unwrap();
        if done.iter().all(Result::is_ok) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
