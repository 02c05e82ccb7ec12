//! Every event and command with its schema, as the types declare them.

use guanxi_kernel::EventSet;
use serde_json::{Map, Value};

use super::sample::sample;
use crate::{GuanxiEvent, all, published};

/// All aggregates.
pub(super) struct Catalogue {
    pub(super) aggregates: Vec<Aggregate>,
}

/// An aggregate's events and commands.
pub(super) struct Aggregate {
    /// Stored type.
    pub(super) name: &'static str,
    /// What its events are about.
    pub(super) about: String,
    pub(super) events: Vec<Entry>,
    pub(super) commands: Vec<Entry>,
}

/// An event or a command.
pub(super) struct Entry {
    /// Stored name of an event, or `aggregate.command`.
    pub(super) name: String,
    /// What it means.
    pub(super) about: String,
    /// Its fields: an object schema.
    pub(super) object: Value,
    /// The shapes that schemas refer to.
    pub(super) defs: Map<String, Value>,
    /// Of an event, the fields that outsiders see, nested ones by `outer.inner`.
    pub(super) published: &'static [&'static str],
}

impl Catalogue {
    pub(super) fn new() -> Self {
        let aggregates = all::schemas()
            .into_iter()
            .map(|(name, events, commands)| Aggregate {
                name,
                about: text(events.as_value(), "description"),
                events: events_of(name, events.as_value()),
                commands: commands_of(name, commands.as_value()),
            });
        Self {
            aggregates: aggregates.collect(),
        }
    }
}

fn events_of(aggregate: &str, root: &Value) -> Vec<Entry> {
    let mut entries = Vec::new();
    for variant in list(root, "oneOf") {
        let Some(name) = variant.pointer("/properties/type/const").and_then(Value::as_str) else {
            continue;
        };
        let mut entry = entry(name.to_owned(), variant, root);
        entry.published = told(aggregate, name, &entry);
        entries.push(entry);
    }
    entries
}

/// Asks the mapping itself, with an event made from the schema, so that page and mapping cannot differ.
fn told(aggregate: &str, name: &str, entry: &Entry) -> &'static [&'static str] {
    let payload = sample(&entry.object, &entry.defs).to_string();
    GuanxiEvent::decode(aggregate, name, &payload).map_or(&[], |event| published::fields(&event))
}

/// Commands are tagged by their name, inside or outside.
fn commands_of(aggregate: &str, root: &Value) -> Vec<Entry> {
    let mut entries = Vec::new();
    for variant in list(root, "oneOf") {
        let inside = variant
            .pointer("/properties/command/const")
            .and_then(Value::as_str);
        let outside = variant
            .get("properties")
            .and_then(Value::as_object)
            .and_then(|fields| fields.iter().next());
        let (name, schema) = match (inside, outside) {
            (Some(name), _) => (name.to_owned(), variant),
            (None, Some((name, schema))) => (snake_case(name), schema),
            (None, None) => continue,
        };
        entries.push(entry(format!("{aggregate}.{name}"), schema, root));
    }
    entries
}

fn entry(name: String, schema: &Value, root: &Value) -> Entry {
    let defs = root
        .get("$defs")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut object = resolve(schema, &defs).clone();
    let about = match text(&object, "description") {
        about if about.is_empty() => text(schema, "description"),
        about => about,
    };
    if let Some(fields) = object.get_mut("properties").and_then(Value::as_object_mut) {
        fields.remove("command");
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str() != Some("command"));
    }
    Entry {
        name,
        about,
        object,
        defs,
        published: &[],
    }
}

/// What a schema refers to, or the schema itself.
pub(super) fn resolve<'a>(schema: &'a Value, defs: &'a Map<String, Value>) -> &'a Value {
    referred(schema).and_then(|name| defs.get(name)).unwrap_or(schema)
}

/// The name of the shape that a schema refers to.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.strip_prefix("#/$defs/"))
}

/// A text of a schema on one line; empty where there is none.
pub(super) fn text(schema: &Value, key: &str) -> String {
    let words = schema.get(key).and_then(Value::as_str).unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A list in a schema; empty where there is none.
pub(super) fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GuanxiCommand;

    #[test]
    fn every_schema_tells_the_truth() {
        for aggregate in Catalogue::new().aggregates {
            for event in aggregate.events {
                let payload = sample(&event.object, &event.defs).to_string();
                let read = GuanxiEvent::decode(aggregate.name, &event.name, &payload);
                assert!(read.is_ok(), "{}: {:?} from {payload}", event.name, read.err());
            }
        }
    }

    #[test]
    fn every_command_is_read_by_its_schema() {
        for entry in Catalogue::new().aggregates.iter().flat_map(|all| &all.commands) {
            let read = GuanxiCommand::read(&entry.name, &sample(&entry.object, &entry.defs));
            assert!(read.is_ok(), "{}: {:?}", entry.name, read.err());
        }
        for wrong in ["order", "order.dance", "dance.place", "order.", ""] {
            assert!(GuanxiCommand::read(wrong, &Value::Null).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_event_and_command_has_a_meaning() {
        for aggregate in Catalogue::new().aggregates {
            assert!(
                !aggregate.about.is_empty() && !aggregate.commands.is_empty(),
                "{}",
                aggregate.name
            );
            for entry in aggregate.events.iter().chain(&aggregate.commands) {
                assert!(!entry.about.is_empty(), "{} has no meaning", entry.name);
            }
        }
    }

    #[test]
    fn every_event_of_the_log_is_in_the_catalogue() {
        let catalogue = Catalogue::new();
        let events = catalogue
            .aggregates
            .iter()
            .flat_map(|aggregate| &aggregate.events);
        let listed: Vec<_> = events.map(|event| event.name.clone()).collect();
        let stored: Vec<_> = GuanxiEvent::names().into_iter().map(|(_, name)| name).collect();
        assert_eq!(listed, stored);
    }
}
