//! `schemas/asyncapi.json`: the topics of the relay, as AsyncAPI 3 tells them.

use std::collections::BTreeMap;

use guanxi_domain::GuanxiEvent;
use guanxi_domain::reference::GeneratedFile;
use serde_json::{Map, Value, json};

const HEADERS: [(&str, &str); 10] = [
    ("ce_specversion", "1.0"),
    ("ce_id", "The event's id."),
    ("ce_source", "The installation."),
    ("ce_type", "The event's name with its version."),
    ("ce_subject", "The stream: aggregate/id."),
    ("ce_time", "When it happened."),
    ("ce_dataschema", "Names the schema."),
    ("ce_position", "Place in the log."),
    ("ce_sequence", "Place in the stream, from 1."),
    ("ce_correlationid", "Groups what followed from one first cause."),
];

/// The file.
pub fn file() -> GeneratedFile {
    let mut aggregates: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (aggregate, name) in GuanxiEvent::names() {
        aggregates.entry(aggregate).or_default().push(name);
    }
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for (aggregate, names) in aggregates {
        channels.insert(aggregate.to_owned(), channel(aggregate, &names));
        operations.insert(format!("publish_{aggregate}"), operation(aggregate));
        messages.extend(names.into_iter().map(|name| (identifier(name), message(name))));
    }
    for (name, action, about, payload) in letters() {
        channels.insert(
            name.to_owned(),
            json!({
                "address": format!("guanxi.{}.v1", name.replace('_', ".")),
                "description": about,
                "messages": { name: { "$ref": format!("#/components/messages/{name}") } },
            }),
        );
        operations.insert(
            format!("{action}_{name}"),
            json!({
                "action": action, "channel": { "$ref": format!("#/channels/{name}") },
            }),
        );
        messages.insert(name.to_owned(), json!({ "name": name, "payload": payload }));
    }
    let document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Guanxi events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every event once, in order per key, for readers of committed messages. docs/consumers.md \
                tells what a consumer does. `guanxi` in addresses is kafka.prefix.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": { "headers": headers() } },
    });
    GeneratedFile {
        path: "schemas/asyncapi.json".to_owned(),
        text: serde_json::to_string_pretty(&document).unwrap_or_default() + "\n",
    }
}

fn channel(aggregate: &str, names: &[&str]) -> Value {
    let messages: Map<String, Value> = names
        .iter()
        .map(|name| {
            let id = identifier(name);
            (
                id.clone(),
                json!({ "$ref": format!("#/components/messages/{id}") }),
            )
        })
        .collect();
    json!({
        "address": format!("guanxi.{aggregate}.v1"),
        "messages": messages,
        "bindings": { "kafka": { "topicConfiguration": { "cleanup.policy": ["delete"], "retention.ms": -1 } } },
    })
}

fn operation(aggregate: &str) -> Value {
    json!({ "action": "send", "channel": { "$ref": format!("#/channels/{aggregate}") } })
}

fn message(name: &str) -> Value {
    json!({
        "name": name,
        "headers": { "$ref": "#/components/schemas/headers" },
        "payload": { "$ref": format!("events/{name}.json") },
        "bindings": { "kafka": { "key": { "type": "string", "description": "The stream's id." } } },
    })
}

/// Topics of the role `commands`: name, what the platform does there, meaning, payload.
fn letters() -> [(&'static str, &'static str, &'static str, Value); 3] {
    let text = json!({ "type": "string" });
    let command = json!({
        "type": "object", "required": ["command", "id", "data"], "additionalProperties": false,
        "properties": {
            "command": { "type": "string", "description": "A name of schemas/commands." },
            "id": { "type": "string", "description": "The stream's id." },
            "data": { "type": "object", "description": "The fields of that schema." },
            "occurred_at": { "type": "string", "format": "date-time" },
            "time_zone": text, "store_id": text, "channel": text,
        },
    });
    let reply = json!({
        "type": "object", "required": ["outcome"],
        "properties": {
            "outcome": { "enum": ["appended", "nothing", "refused", "parked"] },
            "position": { "type": "integer" }, "known": { "type": "boolean" }, "code": text, "message": text,
        },
    });
    [
        (
            "commands",
            "receive",
            "Commands of other systems; header command-id names them.",
            command,
        ),
        ("replies", "send", "Answers, by header command-id.", reply),
        (
            "commands_parked",
            "send",
            "Letters that are no commands, as they came, with parked-reason.",
            json!({}),
        ),
    ]
}

fn headers() -> Value {
    let fields: Map<String, Value> = HEADERS
        .iter()
        .map(|(name, about)| {
            (
                (*name).to_owned(),
                json!({ "type": "string", "description": about }),
            )
        })
        .collect();
    json!({ "type": "object", "properties": fields, "required": HEADERS.map(|(name, _)| name) })
}

/// Keys of components may hold letters, digits, dots, hyphens and underscores; a dot would need escaping in tools.
fn identifier(name: &str) -> String {
    name.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_event_is_in_a_channel_and_its_schema_is_there() {
        let document: Value = serde_json::from_str(&file().text).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
        for (aggregate, name) in GuanxiEvent::names() {
            let pointer = format!("/channels/{aggregate}/messages/{}", identifier(name));
            assert!(document.pointer(&pointer).is_some(), "{name}");
            let payload = format!("/components/messages/{}/payload/$ref", identifier(name));
            let schema = document.pointer(&payload).and_then(Value::as_str).unwrap();
            assert!(root.join(schema).is_file(), "{schema}");
        }
    }
}
