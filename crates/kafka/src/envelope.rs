//! An event as a message: CloudEvents 1.0 in binary mode, the stream's id as key.

use guanxi_kernel::Recorded;
use rdkafka::message::{Header, Headers as _, Message, OwnedHeaders};
use serde_json::Value;

use crate::KafkaSettings;

/// The header that tells an event's position in the log.
const POSITION: &str = "ce_position";

/// What outsiders may know of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Published name, `order.paid.v1`.
    pub name: String,
    /// What is told.
    pub data: Value,
}

/// A message, ready to go.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub(crate) topic: String,
    pub(crate) key: String,
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) headers: OwnedHeaders,
}

impl Outgoing {
    /// Bytes of key and payload.
    #[must_use]
    pub fn size(&self) -> usize {
        self.key.len() + self.payload.as_ref().map_or(0, Vec::len)
    }
}

/// An event for its topic.
#[must_use]
pub fn envelope<E>(settings: &KafkaSettings, topic: &str, event: &Recorded<E>, told: &Told) -> Outgoing {
    let metadata = &event.metadata;
    let mut headers = common(
        settings,
        &told.name,
        &event.stream.to_string(),
        &event.event_id.to_string(),
    );
    headers = with(headers, "ce_time", &metadata.occurred_at.to_string());
    headers = with(headers, POSITION, &event.position.to_string());
    headers = with(headers, "ce_sequence", &event.sequence.to_string());
    headers = with(headers, "ce_correlationid", &metadata.correlation_id);
    if let Some(cause) = &metadata.causation_id {
        headers = with(headers, "ce_causationid", &cause.to_string());
    }
    headers = with(headers, "ce_businessdate", &metadata.business_date.to_string());
    headers = with(headers, "ce_recordedtime", &event.recorded_at.to_string());
    Outgoing {
        topic: topic.to_owned(),
        key: event.stream.aggregate_id.to_string(),
        payload: Some(told.data.to_string().into_bytes()),
        headers,
    }
}

/// What a stream has come to, for a compacted topic: the newest message of a key is the whole truth about it.
#[must_use]
pub fn state(
    settings: &KafkaSettings,
    topic: &str,
    id: &str,
    sequence: u64,
    name: &str,
    data: &Value,
) -> Outgoing {
    let headers = common(settings, name, id, &format!("{id}/{sequence}"));
    Outgoing {
        topic: topic.to_owned(),
        key: id.to_owned(),
        payload: Some(data.to_string().into_bytes()),
        headers: with(headers, "ce_sequence", &sequence.to_string()),
    }
}

/// Takes what is known of a key out of a compacted topic.
#[must_use]
pub fn tombstone(topic: &str, id: &str) -> Outgoing {
    Outgoing {
        topic: topic.to_owned(),
        key: id.to_owned(),
        payload: None,
        headers: OwnedHeaders::new(),
    }
}

/// A record of the platform's own, without headers.
#[must_use]
pub fn bare(topic: &str, key: &str, payload: Vec<u8>) -> Outgoing {
    Outgoing {
        topic: topic.to_owned(),
        key: key.to_owned(),
        payload: Some(payload),
        headers: OwnedHeaders::new(),
    }
}

/// The log position that a published event tells; none of records that are no events.
pub fn position_of(record: &impl Message) -> Option<u64> {
    let mut headers = record.headers()?.iter();
    let value = headers.find(|header| header.key == POSITION)?.value?;
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn common(settings: &KafkaSettings, name: &str, subject: &str, id: &str) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new_with_capacity(14);
    headers = with(headers, "ce_specversion", "1.0");
    headers = with(headers, "ce_id", id);
    headers = with(headers, "ce_source", &settings.source);
    headers = with(headers, "ce_type", name);
    headers = with(headers, "ce_subject", subject);
    headers = with(headers, "ce_dataschema", &format!("{}{name}", settings.schemas));
    with(headers, "content-type", "application/json")
}

/// Adds a header.
pub(crate) fn with(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header {
        key,
        value: Some(value),
    })
}
