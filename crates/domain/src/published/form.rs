//! How a stored event becomes a published one.

use guanxi_kernel::{Recorded, decider::version_of};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::picked::picked_json;
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

/// The published name of an event, and what is told of it as JSON text: that of [`publish`], without making its value.
#[must_use]
pub fn publish_text(event: &Recorded<GuanxiEvent>) -> Option<(&'static str, Vec<u8>)> {
    event.own().map(|event| (event.name(), text_of(event)))
}

pub(super) fn text_of(event: &GuanxiEvent) -> Vec<u8> {
    picked_json(event, fields(event)).unwrap_or_else(|| publish_own(event).data.to_string().into_bytes())
}

pub(super) fn publish_own(event: &GuanxiEvent) -> Published {
    let stored = serde_json::to_value(event).unwrap_or_default();
    let mut data = Map::new();
    for field in fields(event) {
        pick(&stored, field, &mut data);
    }
    Published {
        name: event.name().to_owned(),
        version: version_of(event.name()),
        data: Value::Object(data),
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
