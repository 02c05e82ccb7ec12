//! An explanation as it is read: which event contributed what to which field, and what that adds up to.
//!
//! The engine tells what a row or cell was after each of its events; the difference from one to the next, field by
//! field, is what the event contributed. Numbers add up to the cell; other fields say what they were and became.

use std::collections::BTreeMap;

use guanxi_event_store::view::{Asked, Explained};
use guanxi_kernel::{BusinessDate, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Why a row or a cell is what it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The view.
    pub view: String,
    /// Key of the row or cell, as stored.
    pub key: String,
    /// Up to where the log was read.
    pub as_of_position: u64,
    /// Every field that was asked for, as it stands; absent where there is no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<BTreeMap<String, Value>>,
    /// The sum of the contributions to each field that is a number: what `value` says.
    pub sums: BTreeMap<String, i64>,
    /// The events, in the order of the log.
    pub events: Vec<Contribution>,
}

/// What one event did.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Contribution {
    /// Its place in the log.
    pub position: u64,
    /// Its id.
    pub event_id: String,
    /// Its stored name, e.g. `order.paid.v1`.
    pub name: String,
    /// Where it lies, `type/id`.
    pub stream: String,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// When the log took it.
    pub recorded_at: Timestamp,
    /// The day of its store.
    pub business_date: BusinessDate,
    /// Field by field.
    pub changes: Vec<FieldChange>,
}

/// What became of one field.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FieldChange {
    /// The field; what lies deeper with dots, e.g. `points.available`.
    pub field: String,
    /// What a number grew by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contribution: Option<i64>,
    /// What it was; absent where it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it became; absent where it vanished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Reads what the engine told, for one field (and what lies below it) or for all.
#[must_use]
pub fn explained(view: &str, told: &Explained, field: Option<&str>) -> Explanation {
    let (Asked::Row(key) | Asked::Cell(key)) = &told.asked;
    let mut sums = BTreeMap::new();
    let mut events = Vec::new();
    let mut before = BTreeMap::new();
    for cause in &told.causes {
        let after = leaves(cause.after.as_ref(), field);
        let changes = changes(&before, &after);
        for change in &changes {
            if let Some(by) = change.contribution {
                let sum: &mut i64 = sums.entry(change.field.clone()).or_default();
                *sum = sum.saturating_add(by);
            }
        }
        before = after;
        if changes.is_empty() {
            continue;
        }
        events.push(Contribution {
            position: cause.position,
            event_id: cause.event_id.to_string(),
            name: cause.event_type.to_string(),
            stream: cause.stream.to_string(),
            occurred_at: cause.occurred_at,
            recorded_at: cause.recorded_at,
            business_date: cause.business_date,
            changes,
        });
    }
    Explanation {
        view: view.to_owned(),
        key: key.clone(),
        as_of_position: told.position,
        value: told.value().map(|_| before),
        sums,
        events,
    }
}

fn changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<FieldChange> {
    let gone = before.keys().filter(|field| !after.contains_key(*field));
    let mut fields: Vec<&String> = after.keys().chain(gone).collect();
    fields.sort_unstable();
    let changed = fields
        .into_iter()
        .filter(|field| before.get(*field) != after.get(*field));
    changed
        .map(|field| {
            let (was, is) = (before.get(field), after.get(field));
            FieldChange {
                field: field.clone(),
                contribution: contribution(was, is),
                before: was.cloned(),
                after: is.cloned(),
            }
        })
        .filter(|change| change.contribution != Some(0))
        .collect()
}

/// A number that is not there counts as nothing.
fn contribution(was: Option<&Value>, is: Option<&Value>) -> Option<i64> {
    let number = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(0),
        Some(value) => value.as_i64(),
    };
    let numeric = was.into_iter().chain(is).any(Value::is_i64);
    numeric
        .then(|| Some(number(is)?.saturating_sub(number(was)?)))
        .flatten()
}

/// The fields of a row that are no objects, by their path, as far as they are asked for.
fn leaves(row: Option<&Value>, only: Option<&str>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    if let Some(row) = row {
        collect(row, String::new(), only, &mut found);
    }
    found
}

fn collect(value: &Value, path: String, only: Option<&str>, found: &mut BTreeMap<String, Value>) {
    let within =
        |only: &str| path == only || path.strip_prefix(only).is_some_and(|rest| rest.starts_with('.'));
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                collect(value, path, only, found);
            }
        }
        other if only.is_none_or(within) => drop(found.insert(path, other.clone())),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_add_up_and_other_fields_say_what_they_were() {
        let first = json!({ "points": { "available": 3 }, "tier": "plain", "none": {} });
        let second = json!({ "points": { "available": 1, "debt": 2 }, "tier": "silver", "none": {} });
        let (before, after) = (leaves(Some(&first), None), leaves(Some(&second), None));
        let told = changes(&before, &after);
        let by = |field: &str| told.iter().find(|change| change.field == field).unwrap();
        assert_eq!(by("points.available").contribution, Some(-2));
        assert_eq!(by("points.debt").contribution, Some(2));
        assert_eq!(
            (by("tier").contribution, &by("tier").after),
            (None, &Some(json!("silver")))
        );
        assert_eq!(told.len(), 3);
        assert_eq!(leaves(Some(&second), Some("points")).len(), 2);
        assert!(leaves(Some(&second), Some("point")).is_empty());
    }
}
