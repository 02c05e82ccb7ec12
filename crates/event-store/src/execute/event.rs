//! From a decided event to a row: payload, id and hash.

use std::sync::Arc;

use guanxi_kernel::{DomainEvent, StreamRef};

use crate::append::NewEvent;
use crate::audit::hash::Canonical;
use crate::{CommandContext, StoreError};

/// An event as it goes into the log, with its hash.
pub(super) fn new_event<E: DomainEvent>(
    stream: &StreamRef,
    sequence: u64,
    event: &E,
    metadata: &Arc<str>,
    context: &CommandContext,
) -> Result<NewEvent, StoreError> {
    let payload = serde_json::to_string(event).map_err(|error| StoreError::Unstorable(error.to_string()))?;
    if holds_nul(&payload) || holds_nul(metadata) {
        return Err(StoreError::Unstorable(
            "a text holds the character NUL; leave it out".to_owned(),
        ));
    }
    let id = event_id(stream, sequence, context);
    let version = event.version();
    let hash = Canonical {
        event_id: &id,
        command_id: Some(context.command_id.as_str()),
        aggregate_type: &stream.aggregate_type,
        aggregate_id: &stream.aggregate_id,
        sequence,
        event_type: event.name(),
        event_version: &version.to_string(),
        payload: &payload,
        metadata,
    }
    .hash();
    Ok(NewEvent {
        id,
        name: event.name(),
        version,
        sequence,
        payload,
        metadata: Arc::clone(metadata),
        hash,
    })
}

/// Whether JSON has an escaped NUL, the only form in which one gets past the text type: `json` would take it, `jsonb`
/// and every text would not. (Half a surrogate pair cannot be in a Rust string.) An escaped backslash before it makes
/// it plain text.
fn holds_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes = json.as_bytes()[..at]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\');
        backslashes.count() % 2 == 0
    })
}

/// Derived from what is unique anyway, so that a group sent twice carries the same ids.
fn event_id(stream: &StreamRef, sequence: u64, context: &CommandContext) -> String {
    let (kind, id, command) = (
        &*stream.aggregate_type,
        &*stream.aggregate_id,
        context.command_id.as_str(),
    );
    let name = [kind, "/", id, "/", &sequence.to_string(), "/", command].concat();
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::holds_nul;

    #[test]
    fn only_an_escape_that_means_nul_is_refused() {
        for (text, expected) in [
            ("a\0b", true),
            ("\\\0", true),
            ("\\u0000", false),
            ("u0000", false),
        ] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(holds_nul(&json), expected, "{json}");
        }
    }
}
