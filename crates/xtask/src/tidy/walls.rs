//! Which crate may import which, ours and others': the table of docs/architecture.md as data.

use std::fs;
use std::path::Path;

/// A crate and the crates of ours that it may import.
const OURS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("domain", &["kernel"]),
    ("event-store", &["kernel"]),
    ("kafka", &["kernel"]),
    ("views", &["kernel", "domain", "event-store"]),
    ("callbacks", &["kernel", "domain", "event-store"]),
    ("imports", &["kernel", "domain", "event-store"]),
    ("api", &["kernel", "domain", "event-store", "views"]),
    (
        "server",
        &[
            "kernel",
            "domain",
            "event-store",
            "kafka",
            "views",
            "callbacks",
            "imports",
            "api",
        ],
    ),
    ("torture", &["kernel", "callbacks"]),
    ("xtask", &["kernel", "domain", "api"]),
    (
        "bench",
        &[
            "kernel",
            "domain",
            "event-store",
            "views",
            "callbacks",
            "kafka",
            "api",
        ],
    ),
];

/// A library and the crates that may import it.
const THEIRS: &[(&str, &[&str])] = &[
    ("cqrs-es", &["event-store", "bench"]),
    ("postgres-es", &["event-store", "bench"]),
    ("rdkafka", &["kafka", "bench"]),
    ("axum", &["api", "callbacks", "server", "bench"]),
    (
        "sqlx",
        &[
            "event-store",
            "views",
            "imports",
            "api",
            "server",
            "bench",
            "torture",
        ],
    ),
    (
        "tokio",
        &[
            "event-store",
            "kafka",
            "views",
            "callbacks",
            "imports",
            "api",
            "server",
            "bench",
            "torture",
        ],
    ),
];

pub fn findings(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    let Ok(folders) = fs::read_dir(root.join("crates")) else {
        return vec!["crates/: cannot be read; run from a checkout".to_owned()];
    };
    for folder in folders.flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        match manifest(&folder.path()) {
            Some(manifest) => findings.extend(of_crate(&name, &manifest)),
            None => findings.push(format!("crates/{name}: no readable Cargo.toml")),
        }
    }
    findings
}

fn manifest(folder: &Path) -> Option<toml::Table> {
    fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()
}

fn of_crate(name: &str, manifest: &toml::Table) -> Vec<String> {
    let Some((_, allowed)) = OURS.iter().find(|(own, _)| *own == name) else {
        return vec![format!(
            "crates/{name}: unknown crate; a new wall needs a line in xtask/src/tidy/walls.rs"
        )];
    };
    let mut findings = Vec::new();
    for dependency in dependencies(manifest) {
        if let Some(ours) = dependency.strip_prefix("guanxi-")
            && !allowed.contains(&ours)
        {
            findings.push(format!(
                "crates/{name}: must not import {ours} (docs/architecture.md, walls)"
            ));
        }
        if let Some((_, users)) = THEIRS.iter().find(|(library, _)| *library == dependency)
            && !users.contains(&name)
        {
            findings.push(format!(
                "crates/{name}: {dependency} belongs only in {}",
                users.join(", ")
            ));
        }
    }
    findings
}

/// Names under `[dependencies]`. What tests use beside them is their own affair.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Vec<String> {
        of_crate(name, &text.parse().unwrap())
    }

    #[test]
    fn an_upward_import_is_found() {
        assert_eq!(
            of("event-store", "[dependencies]\nguanxi-domain = \"1\"").len(),
            1
        );
        assert_eq!(
            of("domain", "[dependencies]\nsqlx = \"1\"\ntokio = \"1\"").len(),
            2
        );
    }

    #[test]
    fn a_downward_import_is_fine() {
        assert!(of("views", "[dependencies]\nguanxi-domain = \"1\"\nsqlx = \"1\"").is_empty());
    }
}
