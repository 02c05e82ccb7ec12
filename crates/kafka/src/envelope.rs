//! An event as a message: CloudEvents 1.0 in binary mode, the stream's id as key.

use std::fmt::{Display, Write as _};
use std::sync::Arc;

use guanxi_kernel::Recorded;
use rdkafka::message::{Header, Headers as _, Message, OwnedHeaders};
use serde_json::Value;

use crate::KafkaSettings;

/// The header that tells an event's position in the log.
const POSITION: &str = "ce_position";

/// What outsiders may know of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<'a> {
    /// Published name, `order.paid.v1`.
    pub name: &'a str,
    /// What is told: JSON text.
    pub data: Vec<u8>,
}

/// A message, ready to go.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub(crate) topic: Arc<str>,
    pub(crate) key: Arc<str>,
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
pub fn envelope<E>(
    settings: &KafkaSettings,
    topic: &Arc<str>,
    event: &Recorded<E>,
    told: Told<'_>,
) -> Outgoing {
    let metadata = &event.metadata;
    let line = Line::of(settings, told.name, &event.stream, event.event_id.as_str())
        .with("ce_time", &metadata.occurred_at)
        .with(POSITION, &event.position)
        .with("ce_sequence", &event.sequence)
        .with_text("ce_correlationid", &metadata.correlation_id);
    let line = match &metadata.causation_id {
        Some(cause) => line.with_text("ce_causationid", cause.as_str()),
        None => line,
    };
    let line = line
        .with("ce_businessdate", &metadata.business_date)
        .with("ce_recordedtime", &event.recorded_at);
    Outgoing {
        topic: Arc::clone(topic),
        key: Arc::clone(&event.stream.aggregate_id),
        payload: Some(told.data),
        headers: line.headers,
    }
}

/// What a stream has come to, for a compacted topic: the newest message of a key is the whole truth about it.
#[must_use]
pub fn state(
    settings: &KafkaSettings,
    topic: &Arc<str>,
    id: &Arc<str>,
    sequence: u64,
    name: &str,
    data: &Value,
) -> Outgoing {
    let line = Line::of(settings, name, id, &format!("{id}/{sequence}")).with("ce_sequence", &sequence);
    Outgoing {
        topic: Arc::clone(topic),
        key: Arc::clone(id),
        payload: Some(data.to_string().into_bytes()),
        headers: line.headers,
    }
}

/// Takes what is known of a key out of a compacted topic.
#[must_use]
pub fn tombstone(topic: &Arc<str>, id: &Arc<str>) -> Outgoing {
    Outgoing {
        topic: Arc::clone(topic),
        key: Arc::clone(id),
        payload: None,
        headers: OwnedHeaders::new(),
    }
}

/// A record of the platform's own, without headers.
#[must_use]
pub fn bare(topic: &Arc<str>, key: &Arc<str>, payload: Vec<u8>) -> Outgoing {
    Outgoing {
        topic: Arc::clone(topic),
        key: Arc::clone(key),
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

/// Headers in the order in which they are published.
struct Line {
    headers: OwnedHeaders,
    /// What becomes text on its way.
    text: String,
}

impl Line {
    /// With those that every message has.
    fn of(settings: &KafkaSettings, name: &str, subject: &impl Display, id: &str) -> Self {
        let line = Self {
            headers: OwnedHeaders::new_with_capacity(14),
            text: String::with_capacity(64),
        };
        line.with_text("ce_specversion", "1.0")
            .with_text("ce_id", id)
            .with_text("ce_source", &settings.source)
            .with_text("ce_type", name)
            .with("ce_subject", subject)
            .with("ce_dataschema", &format_args!("{}{name}", settings.schemas))
            .with_text("content-type", "application/json")
    }

    fn with_text(mut self, key: &str, value: &str) -> Self {
        self.headers = with(self.headers, key, value);
        self
    }

    fn with(mut self, key: &str, value: &impl Display) -> Self {
        self.text.clear();
        // Writing to a text does not fail.
        let _ = write!(self.text, "{value}");
        self.headers = with(self.headers, key, &self.text);
        self
    }
}

/// Adds a header.
pub(crate) fn with(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header {
        key,
        value: Some(value),
    })
}

#[cfg(test)]
mod tests {
    use guanxi_kernel::{EventId, Fact, Metadata, StreamRef};
    use rdkafka::message::Headers as _;

    use super::*;

    fn headers(message: &Outgoing) -> Vec<(&str, &str)> {
        let pairs = message.headers.iter();
        pairs
            .map(|header| (header.key, std::str::from_utf8(header.value.unwrap()).unwrap()))
            .collect()
    }

    #[test]
    fn an_event_carries_its_place_and_its_times_in_this_order() {
        let event = Recorded {
            position: 7,
            event_id: EventId::new("e-1").unwrap(),
            command_id: None,
            stream: StreamRef::new("order", "o-1"),
            sequence: 2,
            event_type: "order.paid.v1".into(),
            metadata: Metadata {
                occurred_at: "2026-03-02T04:00:00Z".parse().unwrap(),
                business_date: "2026-03-02".parse().unwrap(),
                actor: "till".into(),
                channel: None,
                store_id: None,
                correlation_id: "c-1".into(),
                causation_id: Some(EventId::new("e-0").unwrap()),
                depth: 0,
            },
            recorded_at: "2026-03-02T04:00:00.5Z".parse().unwrap(),
            fact: Fact::Own(()),
        };
        let told = Told {
            name: "order.paid.v1",
            data: b"{}".to_vec(),
        };
        let topic: Arc<str> = "guanxi.order.v1".into();
        let message = envelope(&KafkaSettings::default(), &topic, &event, told);
        assert_eq!((&*message.topic, &*message.key), ("guanxi.order.v1", "o-1"));
        assert_eq!(message.payload.as_deref(), Some(&b"{}"[..]));
        let expected = [
            ("ce_specversion", "1.0"),
            ("ce_id", "e-1"),
            ("ce_source", "/guanxi"),
            ("ce_type", "order.paid.v1"),
            ("ce_subject", "order/o-1"),
            ("ce_dataschema", "urn:guanxi:schema:order.paid.v1"),
            ("content-type", "application/json"),
            ("ce_time", "2026-03-02T04:00:00Z"),
            ("ce_position", "7"),
            ("ce_sequence", "2"),
            ("ce_correlationid", "c-1"),
            ("ce_causationid", "e-0"),
            ("ce_businessdate", "2026-03-02"),
            ("ce_recordedtime", "2026-03-02T04:00:00.5Z"),
        ];
        assert_eq!(headers(&message), expected);
    }
}
