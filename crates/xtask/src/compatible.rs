//! What consumers were promised still holds: published schemas only ever gain optional fields.
//!
//! `schemas/released` is the promise, as of the last release; `schemas/consumers.toml` says who relies on what.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use guanxi_domain::reference;
use serde::Deserialize;
use serde_json::{Map, Value};

const PROMISED: &str = "schemas/released/events";
const TODAY: &str = "schemas/events";
const CONSUMERS: &str = "schemas/consumers.toml";
/// Words of a schema that say what a value may be; the others are for people.
const MEANING: [&str; 9] = [
    "type",
    "format",
    "const",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
];
/// Shapes may contain themselves.
const DEEPEST: usize = 12;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    consumers: Vec<Consumer>,
}

/// Who reads an event, and which of its fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consumer {
    name: String,
    event: String,
    fields: Vec<String>,
}

/// A promise that is broken.
#[derive(Debug, PartialEq, Eq)]
struct Break {
    field: String,
    what: String,
}

/// A sentence for each broken promise.
pub fn findings(root: &Path) -> Vec<String> {
    let registry = fs::read_to_string(root.join(CONSUMERS)).unwrap_or_default();
    let consumers = match toml::from_str::<Registry>(&registry) {
        Ok(registry) => registry.consumers,
        Err(error) => return vec![format!("{CONSUMERS}: {error}")],
    };
    // What the program says, not what was committed: a break is told before anybody writes the schemas anew.
    let said: HashMap<String, Value> = reference::files()
        .into_iter()
        .filter_map(|file| Some((file.path, serde_json::from_str(&file.text).ok()?)))
        .collect();
    let mut findings = Vec::new();
    let mut promised = 0;
    for entry in fs::read_dir(root.join(PROMISED)).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let event = file.trim_end_matches(".json");
        promised += 1;
        let Some(old) = schema(&entry.path()) else {
            findings.push(format!("{PROMISED}/{file}: is no JSON"));
            continue;
        };
        let today = said.get(&format!("{TODAY}/{file}"));
        let breaks = today.map_or_else(|| vec![gone()], |today| compare_roots(&old, today));
        findings.extend(breaks.iter().map(|broken| sentence(event, broken, &consumers)));
    }
    if promised == 0 {
        findings.push(format!(
            "{PROMISED}: is empty; run `cargo run -p guanxi-xtask -- release-schemas`"
        ));
    }
    findings
}

/// Makes today's schemas the promise; part of a release.
pub fn release(root: &Path) -> io::Result<Vec<String>> {
    let mut done = Vec::new();
    fs::create_dir_all(root.join(PROMISED))?;
    for entry in fs::read_dir(root.join(TODAY))?.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        fs::copy(entry.path(), root.join(PROMISED).join(&file))?;
        done.push(format!("promised {file}"));
    }
    Ok(done)
}

fn schema(path: &Path) -> Option<Value> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

fn gone() -> Break {
    Break {
        field: String::new(),
        what: "the event is gone".to_owned(),
    }
}

fn sentence(event: &str, broken: &Break, consumers: &[Consumer]) -> String {
    let reads = |consumer: &&Consumer| {
        let touched = |field: &String| overlaps(field, &broken.field);
        consumer.event == event && (consumer.fields.is_empty() || consumer.fields.iter().any(touched))
    };
    let readers: Vec<_> = consumers
        .iter()
        .filter(reads)
        .map(|consumer| consumer.name.as_str())
        .collect();
    let who = if readers.is_empty() {
        format!("whoever reads {event} (nobody in {CONSUMERS} says so)")
    } else {
        readers.join(" and ")
    };
    format!(
        "schemas/events/{event}.json: {}: this would break {who}. Only optional fields may be added; anything else is \
         a new version of the event",
        broken.what
    )
}

/// Whether one is the other or lies in it; a break of the whole event concerns every field.
fn overlaps(field: &str, broken: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner == outer || outer.is_empty() || inner.starts_with(&format!("{outer}."))
    };
    inside(field, broken) || inside(broken, field)
}

fn compare_roots(old: &Value, today: &Value) -> Vec<Break> {
    let mut comparison = Comparison {
        old_defs: defs(old),
        new_defs: defs(today),
        breaks: Vec::new(),
    };
    comparison.compare("", old, today, 0);
    comparison.breaks
}

fn defs(schema: &Value) -> Map<String, Value> {
    schema
        .get("$defs")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

struct Comparison {
    old_defs: Map<String, Value>,
    new_defs: Map<String, Value>,
    breaks: Vec<Break>,
}

impl Comparison {
    fn compare(&mut self, path: &str, old: &Value, new: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        let (old, new) = (resolved(old, &self.old_defs), resolved(new, &self.new_defs));
        for word in MEANING {
            if old.get(word) != new.get(word) {
                self.broken(path, format!("{word} of {} is another", named(path)));
            }
        }
        self.compare_fields(path, &old, &new, depth);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.compare(path, old, new, depth + 1);
        }
        for word in ["oneOf", "anyOf"] {
            let (old, new) = (list(&old, word), list(&new, word));
            if old.len() != new.len() {
                self.broken(path, format!("{} has other forms", named(path)));
            }
            for (old, new) in old.iter().zip(&new) {
                self.compare(path, old, new, depth + 1);
            }
        }
    }

    fn compare_fields(&mut self, path: &str, old: &Value, new: &Value, depth: usize) {
        let none = Map::new();
        let fields = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned();
        let (before, today) = (
            fields(old).unwrap_or_else(|| none.clone()),
            fields(new).unwrap_or(none),
        );
        let required = |schema: &Value, name: &str| {
            list(schema, "required")
                .iter()
                .any(|field| field.as_str() == Some(name))
        };
        for (name, field) in &before {
            let inner = joined(path, name);
            let Some(found) = today.get(name) else {
                self.broken(&inner, format!("field `{inner}` is gone"));
                continue;
            };
            if required(old, name) && !required(new, name) {
                self.broken(&inner, format!("field `{inner}` may be missing now"));
            }
            self.compare(&inner, field, found, depth + 1);
        }
        for name in today.keys().filter(|name| !before.contains_key(*name)) {
            if required(new, name) {
                let inner = joined(path, name);
                self.broken(&inner, format!("new field `{inner}` is not optional"));
            }
        }
    }

    fn broken(&mut self, field: &str, what: String) {
        let field = field.to_owned();
        self.breaks.push(Break { field, what });
    }
}

/// What a schema refers to, with the words beside the reference.
fn resolved(schema: &Value, defs: &Map<String, Value>) -> Value {
    let target = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.strip_prefix("#/$defs/"))
        .and_then(|name| defs.get(name));
    target.unwrap_or(schema).clone()
}

fn list(schema: &Value, word: &str) -> Vec<Value> {
    schema
        .get(word)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn named(path: &str) -> String {
    if path.is_empty() {
        "the event".to_owned()
    } else {
        format!("field `{path}`")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn promised() -> Value {
        json!({
            "type": "object", "required": ["amount_fen"],
            "properties": { "amount_fen": { "$ref": "#/$defs/Fen" }, "note": { "type": ["string", "null"] } },
            "$defs": { "Fen": { "type": "integer" } },
        })
    }

    fn breaks(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut today = promised();
        change(&mut today);
        let breaks = compare_roots(&promised(), &today);
        breaks.into_iter().map(|broken| broken.what).collect()
    }

    #[test]
    fn an_optional_field_may_be_added_and_words_for_people_may_change() {
        let added = |today: &mut Value| {
            today["properties"]["channel"] = json!({ "type": "string" });
            today["properties"]["note"]["description"] = json!("other words");
        };
        assert_eq!(breaks(added), Vec::<String>::new());
    }

    #[test]
    fn nothing_else_may() {
        let gone = breaks(|today| {
            today["properties"].as_object_mut().unwrap().remove("note");
        });
        assert_eq!(gone, ["field `note` is gone"]);
        assert_eq!(
            breaks(|today| today["$defs"]["Fen"]["type"] = json!("string")),
            ["type of field `amount_fen` is another"]
        );
        assert_eq!(
            breaks(|today| today["required"] = json!([])),
            ["field `amount_fen` may be missing now"]
        );
        let demanded = breaks(|today| {
            today["properties"]["channel"] = json!({ "type": "string" });
            today["required"] = json!(["amount_fen", "channel"]);
        });
        assert_eq!(demanded, ["new field `channel` is not optional"]);
    }

    #[test]
    fn the_sentence_names_who_breaks() {
        let consumers = [Consumer {
            name: "points bot".to_owned(),
            event: "order.paid.v1".to_owned(),
            fields: vec!["amount_fen".to_owned()],
        }];
        let broken = |field: &str| Break {
            field: field.to_owned(),
            what: "x".to_owned(),
        };
        assert!(sentence("order.paid.v1", &broken("amount_fen"), &consumers).contains("break points bot."));
        assert!(sentence("order.paid.v1", &broken("note"), &consumers).contains("nobody"));
        assert!(sentence("order.paid.v1", &broken(""), &consumers).contains("points bot"));
    }

    #[test]
    fn todays_schemas_keep_what_was_promised() {
        let findings = findings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    #[test]
    fn every_registered_field_is_published() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let registry: Registry = toml::from_str(&fs::read_to_string(root.join(CONSUMERS)).unwrap()).unwrap();
        for consumer in registry.consumers {
            let schema = schema(&root.join(format!("{TODAY}/{}.json", consumer.event))).unwrap();
            for field in &consumer.fields {
                let pointer = format!("/properties/{}", field.replace('.', "/properties/"));
                assert!(schema.pointer(&pointer).is_some(), "{}: {field}", consumer.name);
            }
        }
    }
}
