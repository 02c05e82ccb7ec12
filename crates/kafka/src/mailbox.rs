//! Letters of a topic, each answered before it counts as read.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::try_join_all;
use rdkafka::Message as _;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Headers as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::envelope::with;
use crate::{KafkaSettings, Outgoing, PublishError, blocking};

/// An answer that the brokers do not take in this time is given again.
const ANSWER_MS: &str = "30000";

/// A record as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it lies.
    pub topic: String,
    /// Where it lies.
    pub partition: i32,
    /// Where it lies.
    pub offset: i64,
    /// Its key, where it is text.
    pub key: Option<String>,
    /// What it says.
    pub payload: Vec<u8>,
    /// Headers that are text.
    pub headers: Vec<(String, String)>,
    /// When it was sent, in milliseconds since 1970, as the record says.
    pub sent_ms: Option<i64>,
}

impl Letter {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name)?;
        Some(&found.1)
    }

    /// The same letter for another topic, with more headers.
    #[must_use]
    pub fn forwarded(&self, topic: &str, more: &[(&str, &str)]) -> Outgoing {
        let own = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        Outgoing {
            topic: topic.into(),
            key: self.key.as_deref().unwrap_or_default().into(),
            payload: Some(self.payload.clone()),
            headers: text_headers(own.chain(more.iter().copied())),
        }
    }
}

/// A message with these headers.
#[must_use]
pub fn letter(topic: &str, key: &str, payload: Vec<u8>, headers: &[(&str, &str)]) -> Outgoing {
    Outgoing {
        topic: topic.into(),
        key: key.into(),
        payload: Some(payload),
        headers: text_headers(headers.iter().copied()),
    }
}

fn text_headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> OwnedHeaders {
    headers.fold(OwnedHeaders::new(), |headers, (key, value)| {
        with(headers, key, value)
    })
}

/// One of the readers of a topic.
pub struct Mailbox {
    consumer: Arc<StreamConsumer>,
    producer: FutureProducer,
}

impl Mailbox {
    /// Joins the readers of a topic.
    ///
    /// # Errors
    /// The settings are wrong.
    pub fn open(settings: &KafkaSettings, group: &str, topic: &str) -> Result<Self, PublishError> {
        let consumer: StreamConsumer = settings.member(group).create()?;
        consumer.subscribe(&[topic])?;
        let producer = settings
            .client()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2_random")
            .set("message.timeout.ms", ANSWER_MS)
            .create()?;
        Ok(Self {
            consumer: Arc::new(consumer),
            producer,
        })
    }

    /// Waits for a letter, then takes those that are there already, at most `limit`.
    ///
    /// # Errors
    /// The brokers do not let us. While they are away, it waits.
    pub async fn next(&self, limit: usize) -> Result<Vec<Letter>, PublishError> {
        let mut letters = vec![read(&self.consumer.recv().await?)];
        while letters.len() < limit
            && let Some(more) = self.consumer.recv().now_or_never()
        {
            letters.push(read(&more?));
        }
        Ok(letters)
    }

    /// Sends answers; done when all of them are safe.
    ///
    /// # Errors
    /// Some of them may not be. Sent again, they come twice.
    pub async fn answer(&self, answers: &[Outgoing]) -> Result<(), PublishError> {
        let sent = answers.iter().map(|answer| async {
            let record = FutureRecord::to(&answer.topic)
                .key(&*answer.key)
                .headers(answer.headers.clone());
            let record: FutureRecord<'_, str, Vec<u8>> = match &answer.payload {
                Some(payload) => record.payload(payload),
                None => record,
            };
            let sent = self.producer.send(record, Duration::from_secs(30)).await;
            sent.map(drop).map_err(|(error, _)| PublishError::from(error))
        });
        try_join_all(sent).await.map(drop)
    }

    /// Counts letters as read.
    ///
    /// # Errors
    /// They come again, here or elsewhere.
    pub async fn read_up_to(&self, letters: &[Letter]) -> Result<(), PublishError> {
        let mut offsets = TopicPartitionList::new();
        for letter in letters {
            // Later ones replace earlier ones.
            let next = Offset::Offset(letter.offset + 1);
            if offsets.find_partition(&letter.topic, letter.partition).is_some() {
                offsets.set_partition_offset(&letter.topic, letter.partition, next)?;
            } else {
                offsets.add_partition_offset(&letter.topic, letter.partition, next)?;
            }
        }
        let consumer = Arc::clone(&self.consumer);
        blocking(move || Ok(consumer.commit(&offsets, CommitMode::Sync)?)).await
    }
}

fn read(message: &BorrowedMessage<'_>) -> Letter {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let headers = message.headers().map(|headers| {
        let pairs = headers.iter();
        let pairs = pairs.filter_map(|header| Some((header.key.to_owned(), text(header.value?)?)));
        pairs.collect()
    });
    Letter {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().and_then(text),
        payload: message.payload().unwrap_or_default().to_vec(),
        headers: headers.unwrap_or_default(),
        sent_ms: message.timestamp().to_millis(),
    }
}
