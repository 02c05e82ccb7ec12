//! What is picked, and how it is written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

fn picked(value: &Value, fields: &'static [&'static str]) -> Option<String> {
    picked_json(value, fields).map(|json| String::from_utf8(json).unwrap())
}

#[derive(Serialize)]
struct Event {
    zone: &'static str,
    inside: BTreeMap<&'static str, Vec<Value>>,
    kept: Value,
    absent: Option<u8>,
    amount: i64,
}

#[test]
fn only_what_is_named_is_told_and_in_order() {
    let event = Event {
        zone: "上海\n\"\u{1}",
        inside: [("z", vec![json!({ "kept": 1 })]), ("a", vec![])].into(),
        kept: json!({ "z": [{ "y": 1, "b": null }], "a": { "zone": {}, "amount": 7 } }),
        absent: None,
        amount: -7,
    };
    let told = |fields| String::from_utf8(picked_json(&event, fields).unwrap()).unwrap();
    assert_eq!(told(&[]), "{}");
    assert_eq!(told(&["unknown", "unknown.a"]), "{}");
    assert_eq!(
        told(&["zone", "amount"]),
        "{\"amount\":-7,\"zone\":\"上海\\n\\\"\\u0001\"}"
    );
    assert_eq!(
        told(&["inside.z", "absent"]),
        r#"{"absent":null,"inside":{"z":[{"kept":1}]}}"#
    );
    assert_eq!(
        told(&["kept.a.amount", "kept.z", "kept.a.none"]),
        r#"{"kept":{"a":{"amount":7},"z":[{"b":null,"y":1}]}}"#
    );
}

#[test]
fn of_what_is_no_object_no_field_is_told() {
    let value = json!({ "a": null, "b": [{ "c": 1 }], "d": "text", "e": 1 });
    assert_eq!(
        picked(&value, &["a.x", "b.c", "d.x", "e.x"]).unwrap(),
        r#"{"a":{},"b":{},"d":{},"e":{}}"#
    );
    assert_eq!(picked(&json!([1]), &["a"]), None);
}

#[test]
fn a_name_with_escapes_is_left_to_the_tree() {
    assert_eq!(picked(&json!({ "a": { "\"": 1 } }), &["a"]), None);
    assert_eq!(
        picked(&json!({ "a": { "ä": "\"" } }), &["a"]).unwrap(),
        r#"{"a":{"ä":"\""}}"#
    );
}
