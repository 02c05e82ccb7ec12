//! What a compiler does not see: the walls between crates, sizes, words that rot, and rules that no test shows.

mod refusals;
mod rules_page;
mod sources;
mod walls;

use std::path::Path;

/// Everything that is out of order, a line each, with the place and what to do.
pub fn findings(root: &Path) -> Vec<String> {
    let mut findings = walls::findings(root);
    findings.extend(sources::findings(root));
    findings.extend(rules_page::findings(root));
    findings.extend(refusals::findings(root));
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn the_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let findings = super::findings(&root);
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
