//! Generated files and the checks that hold the house together.
//!
//! A wall that only a document describes falls within a year. So what architecture.md forbids is checked here, and
//! what can be derived (schemas, pages) is written here and compared, both as part of `make check`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's command line tool speaks to a terminal"
)]

mod asyncapi;
mod compatible;
mod generated;
mod tidy;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer's tasks of the Guanxi repository.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Checks walls between crates, file sizes, forbidden names and words, and that tests show the rules.
    Tidy,
    /// Writes schemas/, docs/events.md and docs/errors/ from the program.
    Schemas {
        /// Only says what differs, and fails if anything does.
        #[arg(long)]
        check: bool,
    },
    /// Makes today's schemas the ones that consumers are promised; part of a release.
    ReleaseSchemas,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match Arguments::parse().task {
        Task::Tidy => report("tidy", &tidy::findings(&root)),
        Task::Schemas { check: true } => {
            let mut findings = generated::findings(&root);
            findings.extend(compatible::findings(&root));
            report("schemas", &findings)
        }
        Task::ReleaseSchemas => written(compatible::release(&root)),
        Task::Schemas { check: false } => written(generated::write(&root)),
    }
}

fn written(outcome: io::Result<Vec<String>>) -> ExitCode {
    match outcome {
        Ok(done) => {
            done.iter().for_each(|line| println!("{line}"));
            println!("schemas: {} files changed", done.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("schemas: cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(task: &str, findings: &[String]) -> ExitCode {
    for finding in findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("{task}: nothing to complain about");
        return ExitCode::SUCCESS;
    }
    eprintln!("{task}: {} findings", findings.len());
    ExitCode::FAILURE
}
