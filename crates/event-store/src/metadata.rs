//! Metadata as stored: a flat object of strings, since cqrs-es reads it as a map of strings.

use std::borrow::Cow;
use std::str::FromStr;

use guanxi_kernel::{Metadata, Timestamp};
use serde::{Deserialize, Serialize};

/// The object, its fields in order of their names. Texts are borrowed from what is read where they hold no escapes.
#[derive(Default, Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    actor: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    business_date: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    causation_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    depth: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    occurred_at: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    store_id: Option<Cow<'a, str>>,
}

/// As stored.
pub(crate) fn write(metadata: &Metadata) -> String {
    let stored = Stored {
        actor: Some(metadata.actor.as_ref().into()),
        business_date: Some(metadata.business_date.to_string().into()),
        causation_id: metadata.causation_id.as_ref().map(|cause| cause.as_str().into()),
        channel: metadata.channel.as_ref().map(|channel| channel.as_str().into()),
        correlation_id: Some(metadata.correlation_id.as_ref().into()),
        depth: (metadata.depth > 0).then(|| metadata.depth.to_string().into()),
        occurred_at: Some(metadata.occurred_at.to_string().into()),
        store_id: metadata.store_id.as_ref().map(|store| store.as_str().into()),
    };
    serde_json::to_string(&stored).unwrap_or_else(|_| "{}".to_owned())
}

/// Read again. What a plain appender left out is taken from when the log took it.
pub(crate) fn read(text: &str, recorded_at: Timestamp) -> Result<Metadata, String> {
    let stored: Stored<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let occurred_at = parsed(stored.occurred_at.as_deref(), "occurred_at")?.unwrap_or(recorded_at);
    let business_date = match parsed(stored.business_date.as_deref(), "business_date")? {
        Some(date) => date,
        None => guanxi_kernel::TimeZoneId::shanghai().business_date(occurred_at),
    };
    Ok(Metadata {
        occurred_at,
        business_date,
        actor: stored.actor.as_deref().unwrap_or("unknown").into(),
        channel: parsed(stored.channel.as_deref(), "channel")?,
        store_id: parsed(stored.store_id.as_deref(), "store_id")?,
        correlation_id: stored.correlation_id.as_deref().unwrap_or("").into(),
        causation_id: parsed(stored.causation_id.as_deref(), "causation_id")?,
        depth: parsed(stored.depth.as_deref(), "depth")?.unwrap_or(0),
    })
}

fn parsed<T: FromStr>(text: Option<&str>, name: &str) -> Result<Option<T>, String>
where
    T::Err: std::fmt::Display,
{
    text.map(|text| {
        text.parse()
            .map_err(|error| format!("metadata `{name}`: {error}"))
    })
    .transpose()
}
