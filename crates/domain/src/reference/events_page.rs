//! `docs/events.md`: every event that the log holds, with its fields.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::GeneratedFile;
use super::catalogue::{Catalogue, Entry, list, resolve, text};
use super::shapes::{reachable, type_of};

const HEAD: &str = "# Events\n\n\
    Every event that the log holds, by its stored name, which never changes. The version stands at the end of the name: \
    an event that means something new gets a new version, and old ones are lifted when they are read. Amounts are whole \
    fen (0.01 yuan). Fields marked *published* leave the house (`GET /v1/events`, Kafka); the others stay inside. \
    Personal data is sealed wherever it stands. What surrounds every event (ids, position, times, business date, actor, \
    channel, store, causes) is in [architecture.md](architecture.md).\n\n\
    Generated from the rules by `make schemas`; do not edit.\n";

/// The page.
pub(super) fn page(catalogue: &Catalogue) -> GeneratedFile {
    let mut out = HEAD.to_owned();
    out.push('\n');
    for aggregate in &catalogue.aggregates {
        let _ = writeln!(out, "- [{0}](#{0}): {1}", aggregate.name, aggregate.about);
    }
    out.push_str("- [Shapes](#shapes): what fields are made of\n");
    let mut shapes: BTreeMap<String, Value> = BTreeMap::new();
    for aggregate in &catalogue.aggregates {
        let _ = write!(out, "\n## {}\n\n{}\n", aggregate.name, aggregate.about);
        for event in &aggregate.events {
            write_event(&mut out, event);
            let names = reachable(&event.object, &event.defs);
            shapes.extend(
                names
                    .into_iter()
                    .filter_map(|name| Some((name.clone(), event.defs.get(&name)?.clone()))),
            );
        }
    }
    out.push_str("\n## Shapes\n");
    for (name, schema) in &shapes {
        write_shape(&mut out, name, schema);
    }
    GeneratedFile {
        path: "docs/events.md".to_owned(),
        text: out,
    }
}

fn write_event(out: &mut String, event: &Entry) {
    let version = guanxi_kernel::decider::version_of(&event.name);
    let _ = write!(
        out,
        "\n### {}\n\n{} Version {version}.\n",
        event.name, event.about
    );
    let told = |field: &str| {
        let inside = format!("{field}.");
        let whole = event.published.contains(&field);
        let part = event.published.iter().any(|path| path.starts_with(&inside));
        if whole {
            "yes"
        } else if part {
            "in part"
        } else {
            ""
        }
    };
    let Some(fields) = properties(&event.object).filter(|fields| !fields.is_empty()) else {
        out.push_str("\nNo fields.\n");
        return;
    };
    out.push_str("\n| field | type | published | meaning |\n| --- | --- | --- | --- |\n");
    for (name, schema) in fields {
        let (kind, meaning) = (type_of(schema), meaning(schema, &event.defs));
        let _ = writeln!(out, "| `{name}` | {kind} | {} | {meaning} |", told(name));
    }
}

fn write_shape(out: &mut String, name: &str, schema: &Value) {
    let _ = write!(out, "\n### {name}\n\n{}\n", text(schema, "description"));
    if let Some(fields) = properties(schema) {
        write_fields(out, fields);
    }
    let choices = list(schema, "oneOf");
    if choices.is_empty() {
        let values: Vec<_> = list(schema, "enum")
            .iter()
            .map(|value| format!("`{value}`").replace('"', ""))
            .collect();
        if !values.is_empty() {
            let _ = write!(out, "\nOne of {}.\n", values.join(", "));
        } else if schema.get("properties").is_none() {
            let _ = write!(out, "\nStored as {}.\n", type_of(schema));
        }
        return;
    }
    out.push_str("\nOne of:\n\n");
    for choice in choices {
        write_choice(out, choice);
    }
}

fn write_choice(out: &mut String, choice: &Value) {
    let about = text(choice, "description");
    if let Some(value) = choice.get("const").and_then(Value::as_str) {
        let _ = writeln!(out, "- `{value}`: {about}");
        return;
    }
    let fields = properties(choice).cloned().unwrap_or_default();
    let tags: Vec<_> = fields
        .iter()
        .map(|(name, field)| match field.get("const").and_then(Value::as_str) {
            Some(value) => format!("`{name}`: `{value}`"),
            None => format!("`{name}`: {}", type_of(field)),
        })
        .collect();
    let with = super::catalogue::referred(choice)
        .map_or_else(String::new, |name| format!(", with the fields of {name}"));
    let tags = if tags.is_empty() {
        type_of(choice)
    } else {
        tags.join(", ")
    };
    let _ = writeln!(out, "- {tags}{with}: {about}");
}

fn write_fields(out: &mut String, fields: &Map<String, Value>) {
    out.push_str("\n| field | type | meaning |\n| --- | --- | --- |\n");
    for (name, schema) in fields {
        let _ = writeln!(
            out,
            "| `{name}` | {} | {} |",
            type_of(schema),
            text(schema, "description")
        );
    }
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

fn meaning(schema: &Value, defs: &Map<String, Value>) -> String {
    match text(schema, "description") {
        own if own.is_empty() => text(resolve(schema, defs), "description"),
        own => own,
    }
}
