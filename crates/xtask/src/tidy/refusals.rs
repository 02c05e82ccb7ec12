//! Every "no" of the rules is expected by some test: a refusal that nobody has seen may never come, or come wrongly.

use std::fs;
use std::path::Path;

use super::sources::collect;

/// Files that define and explain refusals rather than expect them.
const DEFINE: &[&str] = &["refusal.rs", "pages.rs"];

pub fn findings(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let rules = root.join("crates/domain/src");
    collect(&rules, &mut files);
    let (mut codes, mut tests) = (Vec::new(), String::new());
    for file in &files {
        let text = fs::read_to_string(file).unwrap_or_default();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name == "refusal.rs" && file.parent() != Some(rules.as_path()) {
            codes.extend(defined(&text).map(str::to_owned));
        } else if !DEFINE.contains(&name.as_ref()) {
            tests.push_str(&text);
        }
    }
    if codes.is_empty() {
        return vec!["crates/domain: no refusal found; run from a checkout".to_owned()];
    }
    unseen(&codes, &tests)
}

/// The codes as the sources write them: `Self::Variant => "aggregate.reason"`.
fn defined(source: &str) -> impl Iterator<Item = &str> {
    let arms = source.split("=> \"").skip(1);
    let codes = arms.filter_map(|arm| arm.split('"').next());
    codes.filter(|code| code.contains('.'))
}

fn unseen(codes: &[String], tests: &str) -> Vec<String> {
    let unseen = codes
        .iter()
        .filter(|code| !tests.contains(&format!("\"{code}\"")));
    unseen
        .map(|code| format!("{code}: no test expects this refusal; write the scenario"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_no_test_expects_is_found() {
        let source = "Self::A => \"order.a\",\nSelf::B(_) => \"order.b\",\nother => \"b\"";
        let codes: Vec<String> = defined(source).map(str::to_owned).collect();
        assert_eq!(codes, ["order.a", "order.b"]);
        let found = unseen(&codes, "order.when(&it).refused(\"order.a\")");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("order.b:"), "{found:?}");
    }
}
