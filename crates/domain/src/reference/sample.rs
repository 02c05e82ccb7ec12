//! A value that fits a schema: the proof that a schema says what the reader reads.

use serde_json::{Map, Value, json};

use super::catalogue::{list, resolve};

/// A value of this shape, with every field.
pub(super) fn sample(schema: &Value, defs: &Map<String, Value>) -> Value {
    let given = list(schema, "examples").first().or_else(|| schema.get("const"));
    if let Some(value) = given.or_else(|| list(schema, "enum").first()) {
        return value.clone();
    }
    let choice = list(schema, "oneOf")
        .first()
        .or_else(|| list(schema, "anyOf").first());
    let base = match (schema.get("$ref"), choice) {
        (Some(_), _) => sample(resolve(schema, defs), defs),
        (None, Some(choice)) => sample(choice, defs),
        (None, None) => plain(schema, defs),
    };
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else {
        return base;
    };
    let mut object = base.as_object().cloned().unwrap_or_default();
    object.extend(
        fields
            .iter()
            .map(|(name, field)| (name.clone(), sample(field, defs))),
    );
    Value::Object(object)
}

fn plain(schema: &Value, defs: &Map<String, Value>) -> Value {
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None => None,
    };
    match kind {
        Some("string") => match schema.get("format").and_then(Value::as_str) {
            Some("date") => json!("2026-03-01"),
            Some("date-time") => json!("2026-03-01T04:00:00Z"),
            _ => json!("text"),
        },
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(false),
        Some("array") => Value::Array(
            schema
                .get("items")
                .map(|items| sample(items, defs))
                .into_iter()
                .collect(),
        ),
        Some("object") => json!({}),
        _ => Value::Null,
    }
}
