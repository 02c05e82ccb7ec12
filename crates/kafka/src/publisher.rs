//! The transactional producer.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::producer::{BaseRecord, NoCustomPartitioner, Producer as _, ThreadedProducer};

use crate::delivery::Delivery;
use crate::parts::Part;
use crate::position::KEY;
use crate::{KafkaSettings, Outgoing, Parts, Position, PublishError};

/// For one call to the coordinator; it is called again until a transaction's time is over.
const CALL: Duration = Duration::from_secs(10);
/// A queue that is full is looked at again after so long …
const BREATH: Duration = Duration::from_millis(1);
/// … and one that is not yet empty, so that a commit waits no longer than it must.
const BLINK: Duration = Duration::from_micros(200);
/// The coordinator says that a transaction is committed before it has told the partitions, and answers the next one
/// with "concurrent transactions" until it has; librdkafka asks again after 20 ms then. So it is given this long.
const SETTLING: Duration = Duration::from_millis(5);

/// Holds the transactional id. Every call blocks. After an error it is to be dropped: the next one fences it and reads
/// from the position topic what had been committed.
pub struct Publisher {
    producer: ThreadedProducer<Delivery, NoCustomPartitioner>,
    position_topic: String,
    patience: Duration,
    /// When the last transaction was committed.
    committed: Mutex<Option<Instant>>,
}

impl Publisher {
    /// Takes the transactional id: an older holder is fenced, and its open transaction is undone.
    ///
    /// # Errors
    /// The brokers do not answer, or do not let us.
    pub fn start(settings: &KafkaSettings) -> Result<Self, PublishError> {
        let timeout = settings.transaction_timeout_ms.to_string();
        let producer: ThreadedProducer<Delivery, NoCustomPartitioner> = settings
            .client()
            .set("transactional.id", settings.transactional_id())
            .set("transaction.timeout.ms", &timeout)
            .set("message.timeout.ms", &timeout)
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // As Java clients place a key.
            .set("partitioner", "murmur2_random")
            .set("compression.type", "lz4")
            .set("linger.ms", "1")
            // What was delivered, the queue that has become empty says.
            .set("delivery.report.only.error", "true")
            .create_with_context(Delivery::default())?;
        let patience = Duration::from_millis(settings.transaction_timeout_ms.into());
        let publisher = Self {
            producer,
            position_topic: settings.position_topic(),
            patience,
            committed: Mutex::default(),
        };
        publisher.insist(|producer| producer.init_transactions(CALL))?;
        Ok(publisher)
    }

    /// Publishes all messages and the position, or nothing; the first ones are sent while the last ones are made.
    ///
    /// # Errors
    /// Nothing of it is to be seen, or, after [`PublishError::Transient`], it is not known whether it is: the position
    /// topic tells.
    pub fn publish(&self, parts: Parts) -> Result<(), PublishError> {
        self.let_settle();
        self.producer.begin_transaction()?;
        let ended = self.send_all(parts).and_then(|()| {
            self.wait_for_deliveries();
            self.insist(|producer| producer.commit_transaction(CALL))
        });
        let Err(error) = ended else {
            *self.committed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            return Ok(());
        };
        // A message that could not be delivered says more than the transaction that it has spoilt.
        let error = match (error, self.producer.context().take_failure()) {
            (PublishError::Transient(text), Some(cause)) => match PublishError::from(cause) {
                PublishError::Transient(why) => PublishError::Transient(format!("{text}: {why}")),
                other => other,
            },
            (error, _) => error,
        };
        if !matches!(error, PublishError::Fenced(_))
            && let Err(failed) = self.producer.abort_transaction(CALL)
            && let fenced @ PublishError::Fenced(_) = PublishError::from(failed)
        {
            return Err(fenced);
        }
        Err(error)
    }

    /// Gives the last transaction its time. What is made meanwhile goes in one piece.
    fn let_settle(&self) {
        let committed = *self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = committed.map_or(SETTLING, |committed| committed.elapsed());
        std::thread::sleep(SETTLING.saturating_sub(passed));
    }

    fn send_all(&self, mut parts: Parts) -> Result<(), PublishError> {
        loop {
            match parts.0.blocking_recv() {
                Some(Part::Messages(messages)) => {
                    let bytes: usize = messages.iter().map(Outgoing::size).sum();
                    metrics::counter!("guanxi_relay_messages_total").increment(messages.len() as u64);
                    metrics::counter!("guanxi_relay_bytes_total").increment(bytes as u64);
                    for message in messages {
                        self.send_one(message)?;
                    }
                }
                Some(Part::End(position)) => return self.send_position(position),
                None => {
                    let why = "whoever made the messages has stopped";
                    return Err(PublishError::Transient(why.to_owned()));
                }
            }
        }
    }

    fn send_one(&self, message: Outgoing) -> Result<(), PublishError> {
        let mut record: BaseRecord<'_, str, [u8]> = BaseRecord::to(&message.topic)
            .key(&*message.key)
            .headers(message.headers);
        if let Some(payload) = &message.payload {
            record = record.payload(payload);
        }
        self.send(record)
    }

    fn send_position(&self, position: Position) -> Result<(), PublishError> {
        let bytes = position.to_json();
        self.send(
            BaseRecord::to(&self.position_topic)
                .key(KEY)
                .payload(&bytes[..])
                .partition(0),
        )
    }

    /// Until no message is on its way. A commit waits for them too, but in rdkafka 0.39 by asking for events that the
    /// producer's own thread takes away, so that it is told only after 100 ms. What was not delivered, the commit says.
    fn wait_for_deliveries(&self) {
        let begun = Instant::now();
        while self.producer.in_flight_count() > 0 && begun.elapsed() < self.patience {
            std::thread::sleep(BLINK);
        }
    }

    /// Back-pressure: a full queue drains as the brokers take what is in it.
    fn send<'a>(&self, mut record: BaseRecord<'a, str, [u8]>) -> Result<(), PublishError> {
        let begun = Instant::now();
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(Code::QueueFull), back))
                    if begun.elapsed() < self.patience =>
                {
                    metrics::counter!("guanxi_relay_queue_full_total").increment(1);
                    record = back;
                    std::thread::sleep(BREATH);
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
    }

    /// Calls the coordinator again as long as librdkafka says that the same call may be made again.
    fn insist(
        &self,
        call: impl Fn(&ThreadedProducer<Delivery, NoCustomPartitioner>) -> Result<(), KafkaError>,
    ) -> Result<(), PublishError> {
        let begun = Instant::now();
        loop {
            match call(&self.producer) {
                Ok(()) => return Ok(()),
                Err(KafkaError::Transaction(error))
                    if error.is_retriable() && begun.elapsed() < self.patience =>
                {
                    tracing::debug!(%error, "the coordinator is asked again");
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
