//! How fast the log is, beside the plain wiring of the libraries it is built from.
//!
//! A figure without its baseline says more about the machine than about the program. So each measure runs ours and
//! the baseline in turn, several rounds, in one process against one PostgreSQL, and reports medians with their spread.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks to a terminal"
)]

mod account;
mod audit;
mod broker;
mod callbacks;
mod copy;
mod database;
mod drive;
mod freshness;
mod growth;
mod hot;
mod insert_limit;
mod measure;
mod memory;
mod notices;
mod ours;
mod plain;
mod plain_receiver;
mod process;
mod rebuild;
mod relay;
mod report;
mod shop;
mod snapshot;
mod workers;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Both sides of every measure allocate alike, and like the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures durable commands per second; `DATABASE_URL` names the server.
#[derive(Debug, Parser)]
#[command(name = "guanxi-bench")]
struct Arguments {
    /// Connection to a PostgreSQL server whose user may create databases.
    #[arg(long, env = "DATABASE_URL")]
    database_url: String,
    /// Two short rounds of each measure, on smaller logs.
    #[arg(long)]
    quick: bool,
    /// Measure only what begins with these names, separated by commas.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Rounds of each measure.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Measure only this: the log while a session holds a snapshot open for so many seconds.
    #[arg(long, value_name = "SECONDS")]
    snapshot: Option<u64>,
    /// Where the JSON goes.
    #[arg(long, default_value = "target/bench/report.json")]
    report: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.rounds, arguments.seconds) = (2, 2);
    }
    let plan = measure::Plan {
        rounds: arguments.rounds.max(1),
        seconds: arguments.seconds.max(1),
        quick: arguments.quick,
    };
    let measured = match arguments.snapshot {
        Some(seconds) => snapshot::held(&arguments.database_url, seconds)
            .await
            .map(|row| vec![row]),
        None => measure::all(&arguments.database_url, plan, &arguments.only).await,
    };
    match measured {
        Ok(rows) => {
            println!("{}", report::table(&rows));
            match report::write(&arguments.report, &rows) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => failed(&format!("{}: {error}", arguments.report.display())),
            }
        }
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("bench: {why}");
    ExitCode::FAILURE
}
