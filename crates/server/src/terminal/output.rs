//! Answers on standard output: a table for people, one JSON document for scripts.

use std::io::{ErrorKind, Write};

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use crate::exit::Failure;

/// The form of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON document; failures as JSON on standard error.
    Json,
}

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    format: Format,
}

impl Output {
    /// Answers in this form.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format }
    }

    /// Prints an answer: its JSON, or what `human` makes of it.
    ///
    /// # Errors
    /// Standard output cannot be written to.
    pub fn answer<T: Serialize>(self, value: &T, human: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        match self.format {
            Format::Table => self.line(&human(value)),
            Format::Json => {
                let json = serde_json::to_string_pretty(value).map_err(Failure::fault)?;
                self.line(&json)
            }
        }
    }

    /// Prints a line for people and scripts alike. A reader who has gone away (`| head`) is no failure.
    ///
    /// # Errors
    /// Standard output cannot be written to.
    pub fn line(self, text: &str) -> Result<(), Failure> {
        match writeln!(std::io::stdout().lock(), "{text}") {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::fault(error)),
            _ => Ok(()),
        }
    }

    /// Tells people what is going on, on standard error; scripts are not told.
    pub fn tell(self, text: &str) {
        if self.format == Format::Table {
            drop(writeln!(std::io::stderr().lock(), "{text}"));
        }
    }

    /// Prints a failure in the chosen form on standard error.
    pub fn failure(self, failure: &Failure) {
        let text = match self.format {
            Format::Table => format!("guanxi: {failure}"),
            Format::Json => failure.to_json(),
        };
        drop(writeln!(std::io::stderr().lock(), "{text}"));
    }
}

/// A plain table; one line says so when there are no rows.
#[must_use]
pub fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header);
    let mut empty = true;
    for row in rows {
        empty = false;
        table.add_row(row);
    }
    if empty {
        "Nothing to show.".to_owned()
    } else {
        table.to_string()
    }
}
