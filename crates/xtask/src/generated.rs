//! Files that follow from the program: written, or compared with what would be written.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use guanxi_domain::reference::{self, GeneratedFile};

/// Writes everything that differs and removes what nobody generates any more; says what was done.
pub fn write(root: &Path) -> io::Result<Vec<String>> {
    let files = files();
    let mut done = Vec::new();
    for file in &files {
        let path = root.join(&file.path);
        if is_current(&path, &file.text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &file.text)?;
        done.push(format!("wrote {}", file.path));
    }
    for stale in stale(root, &files) {
        fs::remove_file(root.join(&stale))?;
        done.push(format!("removed {stale}"));
    }
    Ok(done)
}

/// What [`write`] would do, a line each.
pub fn findings(root: &Path) -> Vec<String> {
    let files = files();
    let differing = files
        .iter()
        .filter(|file| !is_current(&root.join(&file.path), &file.text));
    let mut findings: Vec<_> = differing
        .map(|file| format!("{}: is not what the program says; run `make schemas`", file.path))
        .collect();
    findings.extend(
        stale(root, &files)
            .into_iter()
            .map(|path| format!("{path}: nothing generates it; run `make schemas`")),
    );
    findings
}

fn files() -> Vec<GeneratedFile> {
    let mut files = reference::files();
    let openapi = guanxi_api::openapi().to_pretty_json().unwrap_or_default() + "\n";
    files.push(GeneratedFile {
        path: "schemas/openapi.json".to_owned(),
        text: openapi,
    });
    files.push(crate::asyncapi::file());
    files
}

/// A checkout may have turned line ends.
fn is_current(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|found| found.replace("\r\n", "\n") == text)
}

/// Files in generated folders that are not generated.
fn stale(root: &Path, files: &[GeneratedFile]) -> Vec<String> {
    let wanted: BTreeSet<PathBuf> = files.iter().map(|file| root.join(&file.path)).collect();
    let mut stale = Vec::new();
    for folder in reference::FOLDERS {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            if !wanted.contains(&entry.path()) {
                stale.push(format!("{folder}/{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    stale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_the_program_says() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let findings = findings(&root);
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
