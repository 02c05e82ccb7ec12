//! What other people hold on to, written from the rules themselves: the page of events, a page per refusal, and JSON
//! Schemas of published events and commands.
//!
//! All functions are pure and return text; `xtask schemas` writes the files and `xtask schemas --check` compares them,
//! so a changed rule without its page does not pass.

mod catalogue;
mod error_pages;
mod events_page;
mod sample;
mod schema_files;
mod shapes;

use catalogue::Catalogue;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// From the root of the repository, with slashes.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// The folders in which nothing but generated files of this module lies: what is not in [`files`] is stale there.
pub const FOLDERS: &[&str] = &["docs/errors", "schemas/events", "schemas/commands"];

/// Every generated file.
#[must_use]
pub fn files() -> Vec<GeneratedFile> {
    let catalogue = Catalogue::new();
    let mut files = vec![events_page::page(&catalogue)];
    files.extend(error_pages::pages());
    files.extend(schema_files::events(&catalogue));
    files.extend(schema_files::commands(&catalogue));
    files
}
