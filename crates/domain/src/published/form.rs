//! How a stored event becomes a published one.

use guanxi_kernel::{DomainEvent, Recorded};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{campaign, coupon, guide, handover, member, order, quota_shard, store, suspense};
use crate::GuanxiEvent;

/// An event as outsiders see it; position, stream and times travel beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Published name with its version, `order.paid.v1`.
    pub name: String,
    /// The version at the end of the name.
    pub version: u16,
    /// What is told.
    pub data: Value,
}

/// The published form of an event; `None` where it is not ours to tell (a foreign type).
#[must_use]
pub fn publish(event: &Recorded<GuanxiEvent>) -> Option<Published> {
    event.own().map(publish_own)
}

pub(super) fn publish_own(event: &GuanxiEvent) -> Published {
    let fields = fields(event);
    match event {
        GuanxiEvent::Member(event) => picked(event, fields),
        GuanxiEvent::Campaign(event) => picked(event, fields),
        GuanxiEvent::QuotaShard(event) => picked(event, fields),
        GuanxiEvent::Coupon(event) => picked(event, fields),
        GuanxiEvent::Order(event) => picked(event, fields),
        GuanxiEvent::GuideRelationship(event) => picked(event, fields),
        GuanxiEvent::Handover(event) => picked(event, fields),
        GuanxiEvent::Suspense(event) => picked(event, fields),
        GuanxiEvent::Store(event) => picked(event, fields),
    }
}

/// The fields of an event that are told, a nested one by `outer.inner`.
pub(crate) fn fields(event: &GuanxiEvent) -> &'static [&'static str] {
    match event {
        GuanxiEvent::Member(event) => member::fields(event),
        GuanxiEvent::Campaign(event) => campaign::fields(event),
        GuanxiEvent::QuotaShard(event) => quota_shard::fields(event),
        GuanxiEvent::Coupon(event) => coupon::fields(event),
        GuanxiEvent::Order(event) => order::fields(event),
        GuanxiEvent::GuideRelationship(event) => guide::fields(event),
        GuanxiEvent::Handover(event) => handover::fields(event),
        GuanxiEvent::Suspense(event) => suspense::fields(event),
        GuanxiEvent::Store(event) => store::fields(event),
    }
}

/// The fields of an event that are named, a nested one by `outer.inner`.
fn picked(event: &impl DomainEvent, fields: &[&str]) -> Published {
    let stored = serde_json::to_value(event).unwrap_or_default();
    let mut data = Map::new();
    for field in fields {
        pick(&stored, field, &mut data);
    }
    Published {
        name: event.name().to_owned(),
        version: event.version(),
        data: Value::Object(data),
    }
}

fn pick(from: &Value, path: &str, into: &mut Map<String, Value>) {
    let (outer, inner) = path
        .split_once('.')
        .map_or((path, None), |(outer, inner)| (outer, Some(inner)));
    let Some(found) = from.get(outer) else { return };
    let Some(inner) = inner else {
        into.insert(outer.to_owned(), found.clone());
        return;
    };
    let nested = into.entry(outer).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(nested) = nested {
        pick(found, inner, nested);
    }
}
