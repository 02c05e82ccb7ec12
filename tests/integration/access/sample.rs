//! A body for any command, made from its schema in the OpenAPI document: what must be there, and every store.

use serde_json::{Map, Value, json};

/// A value that fits a schema. Names say what a text is: ids name the things that the test has set up.
pub fn sample(document: &Value, schema: &Value, name: &str) -> Value {
    if let Some(path) = schema["$ref"].as_str() {
        let target = document.pointer(path.trim_start_matches('#')).unwrap();
        return sample(document, target, name);
    }
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    let mut fields = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match sample(document, part, name) {
            Value::Object(own) => fields.extend(own),
            other => return other,
        }
    }
    for choice in ["oneOf", "anyOf"] {
        let choices = schema[choice].as_array();
        let Some(part) = choices.and_then(|all| all.iter().find(|it| it["type"] != "null")) else {
            continue;
        };
        match sample(document, part, name) {
            Value::Object(own) => fields.extend(own),
            other => return other,
        }
    }
    match kind(schema) {
        Some("array") => array(document, schema, name),
        Some("integer" | "number") => json!(
            schema["minimum"]
                .as_f64()
                .map_or(1, |least| (least as i64).max(1))
        ),
        Some("boolean") => json!(false),
        Some("string") => json!(text(schema, name)),
        _ => {
            fields.extend(object(document, schema));
            Value::Object(fields)
        }
    }
}

fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null"),
        _ => None,
    }
}

fn array(document: &Value, schema: &Value, name: &str) -> Value {
    let least = schema["minItems"].as_u64().unwrap_or(u64::from(name == "lines"));
    let item = |_| sample(document, &schema["items"], name.trim_end_matches('s'));
    (0..least).map(item).collect()
}

fn object(document: &Value, schema: &Value) -> Map<String, Value> {
    let required: Vec<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .filter(|(name, _)| *name == "store_id" || required.contains(&name.as_str()))
        .map(|(name, schema)| (name.clone(), sample(document, schema, name)))
        .collect()
}

fn text(schema: &Value, name: &str) -> String {
    let known = match name {
        "time_zone" => "Asia/Shanghai",
        "store_id" => "s1",
        "order_id" => "o1",
        "member_id" => "m1",
        "guide_id" => "g1",
        "coupon_id" => "k1",
        "campaign_id" => "c1",
        _ if schema["format"] == "date" || name.ends_with("date") || name.ends_with("_on") => "2026-03-01",
        _ if schema["format"] == "date-time" || name.ends_with("_at") || name.ends_with("_from") => {
            "2026-03-01T02:00:00Z"
        }
        _ => "x",
    };
    let least = schema["minLength"].as_u64().unwrap_or(0);
    if (known.len() as u64) < least {
        "x".repeat(usize::try_from(least).unwrap())
    } else {
        known.to_owned()
    }
}
