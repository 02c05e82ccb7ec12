//! Sizes of files, names that say nothing, and words that do not belong in a source file.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file with its tests; above this nobody reads it whole.
const LONGEST_FILE: usize = 400;

/// Module names that collect whatever has no place.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// Words that must not stand in any source file, and what to write instead.
const NOWHERE: &[(&str, &str)] = &[
    ("#[allow(", "use #[expect(…, reason = \"…\")]"),
    ("todo!(", "write it, or leave it out"),
    ("unimplemented!(", "write it, or leave it out"),
];

/// Words that must not stand in the rules: they read the world, or round.
const NOT_IN_RULES: &[(&str, &str)] = &[
    ("f32", "no floats in rules"),
    ("f64", "no floats in rules"),
    ("Timestamp::now", "time comes in as data"),
    ("SystemTime", "time comes in as data"),
    ("async fn", "rules are synchronous"),
    ("new_v4", "ids come in as data"),
    ("rand::", "dice come in as data"),
];

pub fn findings(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(&root.join("crates"), &mut files);
    collect(&root.join("tests"), &mut files);
    files
        .iter()
        .filter_map(|file| Some((file, fs::read_to_string(file).ok()?)))
        .flat_map(|(file, text)| {
            let name = file
                .strip_prefix(root)
                .unwrap_or(file)
                .to_string_lossy()
                .replace('\\', "/");
            of_file(&name, &text)
        })
        .collect()
}

/// The source files below a folder.
pub(super) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn of_file(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST_FILE {
        findings.push(format!(
            "{name}: {lines} lines; divide it (at most {LONGEST_FILE})"
        ));
    }
    if name
        .split('/')
        .any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")))
    {
        findings.push(format!("{name}: name it after what it does"));
    }
    // The lists above name the words themselves.
    if name.ends_with("xtask/src/tidy/sources.rs") {
        return findings;
    }
    let rules = name.starts_with("crates/domain/src") || name.starts_with("crates/kernel/src");
    let banned = NOWHERE.iter().chain(NOT_IN_RULES.iter().filter(|_| rules));
    for (word, instead) in banned {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| has_word(line, word)) {
            if !line.trim_start().starts_with("//") {
                findings.push(format!("{name}:{}: `{word}`: {instead}", number + 1));
            }
        }
    }
    if (name.ends_with("/lib.rs") || name.ends_with("/mod.rs")) && !text.starts_with("//!") {
        findings.push(format!("{name}: open with //! and why the thing exists"));
    }
    findings
}

/// Whether the word stands there by itself, not inside a longer name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_a_rule_is_found() {
        assert_eq!(
            of_file("crates/domain/src/order/decide.rs", "let t = Timestamp::now();").len(),
            1
        );
        assert!(of_file("crates/server/src/main.rs", "let t = Timestamp::now();").is_empty());
    }

    #[test]
    fn a_name_that_says_nothing_is_found() {
        assert_eq!(of_file("crates/api/src/utils.rs", "").len(), 1);
    }

    #[test]
    fn a_module_without_its_reason_is_found() {
        assert_eq!(of_file("crates/api/src/order/mod.rs", "mod place;").len(), 1);
    }
}
