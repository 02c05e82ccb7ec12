//! How a schema is told in a table cell, and which shapes it needs.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::catalogue::{list, referred};

/// The type in a few words, linked where it has a shape.
pub(super) fn type_of(schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    let choices = list(schema, "anyOf");
    if !choices.is_empty() {
        return choices.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds
                .map(|kind| named(kind, schema))
                .collect::<Vec<_>>()
                .join(" or ")
        }
        Some(Value::String(kind)) => named(kind, schema),
        _ => "value".to_owned(),
    }
}

fn named(kind: &str, schema: &Value) -> String {
    match (kind, schema.get("format").and_then(Value::as_str)) {
        ("array", _) => schema
            .get("items")
            .map_or_else(|| "list".to_owned(), |of| format!("list of {}", type_of(of))),
        ("string", Some("date")) => "date".to_owned(),
        ("string", Some("date-time")) => "instant".to_owned(),
        ("string", _) => "text".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// The names of all shapes that a schema needs, directly or through others.
pub(super) fn reachable(schema: &Value, defs: &Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(schema, defs, &mut found);
    found
}

fn collect(schema: &Value, defs: &Map<String, Value>, found: &mut BTreeSet<String>) {
    if let Some(name) = referred(schema)
        && found.insert(name.to_owned())
        && let Some(def) = defs.get(name)
    {
        collect(def, defs, found);
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|value| collect(value, defs, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, defs, found)),
        _ => {}
    }
}
