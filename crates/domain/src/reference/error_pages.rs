//! A page per refusal: what the operator of a till or a developer finds behind the code of a problem.

use std::fmt::Write as _;

use super::GeneratedFile;
use crate::refusal::refusals;

/// All pages, and their index.
pub(super) fn pages() -> Vec<GeneratedFile> {
    let mut refusals = refusals();
    refusals.sort_by_key(|refusal| refusal.code);
    let mut index = String::from(
        "# Refusals\n\n\
         A refusal is a business \"no\": the same command on the same state is refused again, and nothing was changed. \
         Each has a code that never changes and a page. Generated from the rules by `make schemas`; do not edit.\n\n\
         | code | in short |\n| --- | --- |\n",
    );
    let mut files = Vec::with_capacity(refusals.len() + 1);
    for refusal in &refusals {
        let code = refusal.code;
        let _ = writeln!(index, "| [`{code}`]({code}.md) | {} |", refusal.title);
        let text = format!(
            "# `{code}`: {}\n\n{}\n\n## What to do\n\n{}\n\n---\n\n\
             [All refusals](README.md). Generated from the rules by `make schemas`; do not edit.\n",
            refusal.title, refusal.meaning, refusal.action,
        );
        files.push(GeneratedFile {
            path: format!("docs/errors/{code}.md"),
            text,
        });
    }
    files.push(GeneratedFile {
        path: "docs/errors/README.md".to_owned(),
        text: index,
    });
    files
}
