//! Metadata as stored: a flat object of strings, since cqrs-es reads it as a map of strings.

use std::collections::BTreeMap;
use std::str::FromStr;

use guanxi_kernel::{Metadata, Timestamp};

/// As stored.
pub(crate) fn write(metadata: &Metadata) -> String {
    let mut map: BTreeMap<&str, String> = BTreeMap::new();
    map.insert("occurred_at", metadata.occurred_at.to_string());
    map.insert("business_date", metadata.business_date.to_string());
    map.insert("actor", metadata.actor.to_string());
    map.insert("correlation_id", metadata.correlation_id.to_string());
    if let Some(channel) = &metadata.channel {
        map.insert("channel", channel.to_string());
    }
    if let Some(store) = &metadata.store_id {
        map.insert("store_id", store.to_string());
    }
    if let Some(cause) = &metadata.causation_id {
        map.insert("causation_id", cause.to_string());
    }
    if metadata.depth > 0 {
        map.insert("depth", metadata.depth.to_string());
    }
    serde_json::to_string(&map).unwrap_or_else(|_| "{}".to_owned())
}

/// Read again. What a plain appender left out is taken from when the log took it.
pub(crate) fn read(text: &str, recorded_at: Timestamp) -> Result<Metadata, String> {
    let map: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let occurred_at = optional(&map, "occurred_at")?.unwrap_or(recorded_at);
    let business_date = match optional(&map, "business_date")? {
        Some(date) => date,
        None => guanxi_kernel::TimeZoneId::shanghai().business_date(occurred_at),
    };
    Ok(Metadata {
        occurred_at,
        business_date,
        actor: map.get("actor").map_or("unknown", String::as_str).into(),
        channel: optional(&map, "channel")?,
        store_id: optional(&map, "store_id")?,
        correlation_id: map.get("correlation_id").map_or("", String::as_str).into(),
        causation_id: optional(&map, "causation_id")?,
        depth: optional(&map, "depth")?.unwrap_or(0),
    })
}

fn optional<T: FromStr>(map: &BTreeMap<String, String>, key: &str) -> Result<Option<T>, String>
where
    T::Err: std::fmt::Display,
{
    map.get(key)
        .map(|text| text.parse().map_err(|error| format!("metadata `{key}`: {error}")))
        .transpose()
}
