//! JSON Schemas: of each event as outsiders see it, and of each command.

use serde_json::{Map, Value, json};

use super::GeneratedFile;
use super::catalogue::{Catalogue, Entry, list, referred, resolve};
use super::shapes::reachable;

/// A file per event, in its published form.
pub(super) fn events(catalogue: &Catalogue) -> Vec<GeneratedFile> {
    let events = catalogue
        .aggregates
        .iter()
        .flat_map(|aggregate| &aggregate.events);
    events
        .map(|event| file("events", event, &picked(event)))
        .collect()
}

/// A file per command.
pub(super) fn commands(catalogue: &Catalogue) -> Vec<GeneratedFile> {
    let commands = catalogue
        .aggregates
        .iter()
        .flat_map(|aggregate| &aggregate.commands);
    commands
        .map(|command| file("commands", command, &command.object))
        .collect()
}

fn file(folder: &str, entry: &Entry, object: &Value) -> GeneratedFile {
    let mut schema = object.as_object().cloned().unwrap_or_default();
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert("title".to_owned(), json!(entry.name));
    schema.insert("description".to_owned(), json!(entry.about));
    let shapes = reachable(object, &entry.defs);
    let shapes: Map<_, _> = shapes
        .into_iter()
        .filter_map(|name| Some((name.clone(), entry.defs.get(&name)?.clone())))
        .collect();
    if !shapes.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(shapes));
    }
    let text = serde_json::to_string_pretty(&Value::Object(schema)).unwrap_or_default();
    GeneratedFile {
        path: format!("schemas/{folder}/{}.json", entry.name),
        text: text + "\n",
    }
}

/// The published fields of an event, and nothing else.
fn picked(event: &Entry) -> Value {
    let mut fields = Map::new();
    for path in event.published {
        pick(&event.object, path, &event.defs, &mut fields);
    }
    let required: Vec<_> = list(&event.object, "required")
        .iter()
        .filter(|name| name.as_str().is_some_and(|name| fields.contains_key(name)))
        .cloned()
        .collect();
    let mut object = json!({ "type": "object", "properties": fields });
    if !required.is_empty() {
        object["required"] = Value::Array(required);
    }
    object
}

fn pick(from: &Value, path: &str, defs: &Map<String, Value>, into: &mut Map<String, Value>) {
    let (outer, inner) = path
        .split_once('.')
        .map_or((path, None), |(outer, inner)| (outer, Some(inner)));
    let Some(found) = property(from, outer, defs) else {
        return;
    };
    let Some(inner) = inner else {
        into.insert(outer.to_owned(), found);
        return;
    };
    let nested = into
        .entry(outer)
        .or_insert_with(|| json!({ "type": "object", "properties": {} }));
    if let Some(fields) = nested.get_mut("properties").and_then(Value::as_object_mut) {
        pick(&found, inner, defs, fields);
    }
}

/// A field of an object, of what it refers to, or of any of its forms.
fn property(object: &Value, name: &str, defs: &Map<String, Value>) -> Option<Value> {
    if let Some(field) = object.get("properties").and_then(|fields| fields.get(name)) {
        return Some(field.clone());
    }
    if referred(object).is_some() {
        return property(resolve(object, defs), name, defs);
    }
    let forms = list(object, "oneOf").iter().chain(list(object, "anyOf"));
    let found: Vec<Value> = forms.filter_map(|form| property(form, name, defs)).collect();
    let tags: Vec<_> = found
        .iter()
        .filter_map(|field| field.get("const").cloned())
        .collect();
    if tags.len() > 1 {
        return Some(json!({ "type": "string", "enum": tags }));
    }
    found.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(name: &str) -> Value {
        let path = format!("schemas/events/{name}.json");
        let files = events(&Catalogue::new());
        let file = files.into_iter().find(|file| file.path == path).unwrap();
        serde_json::from_str(&file.text).unwrap()
    }

    #[test]
    fn no_published_schema_knows_of_seals_or_subjects() {
        for file in events(&Catalogue::new()) {
            assert!(
                !file.text.contains("Sealed") && !file.text.contains("SubjectId"),
                "{}",
                file.path
            );
        }
    }

    #[test]
    fn nested_fields_and_forms_are_picked() {
        let enrolled = schema("member.enrolled.v1");
        assert!(enrolled.pointer("/properties/profile/properties/city").is_some());
        assert!(enrolled.pointer("/properties/profile/properties/name").is_none());
        let parked = schema("suspense.payment_parked.v1");
        assert_eq!(
            parked.pointer("/properties/money/properties/fact/enum"),
            Some(&json!(["payment", "refund"]))
        );
        assert!(parked.pointer("/properties/money/properties/refund_id").is_some());
    }
}
