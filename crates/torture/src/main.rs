//! `guanxi-torture`: a running Guanxi is killed, cut off and starved at random while tills and a payment provider
//! keep on sending; then what they were told is compared with the log, each view with a rebuild, and the chain is
//! verified.
//!
//! It stands in a crate of its own because it may know nothing of Guanxi but its doors: HTTP, callbacks, the command
//! line, and the tables an auditor reads. Exit codes: 0 nothing found, 5 something found, 1 the torture itself failed.

mod check;
mod cluster;
mod failure;
mod faults;
mod load;
mod proxy;
mod record;
mod run;
mod server;
mod teeth;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

/// Kills, cuts and starves a running Guanxi, and compares what it said with what it kept.
#[derive(Debug, Parser)]
pub struct Plan {
    /// Kills of servers and of PostgreSQL; the long form is 1000.
    #[arg(long, default_value_t = 40)]
    pub kills: u64,
    /// Another seed, another order of faults.
    #[arg(long, default_value_t = 20_260_301)]
    pub seed: u64,
    /// Buyers at once.
    #[arg(long, default_value_t = 12)]
    pub tills: u64,
    /// Keep the folder with the servers' logs.
    #[arg(long)]
    pub keep: bool,
}

/// A line for people.
pub(crate) fn tell(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(Plan::parse()).await {
        Ok(report) => {
            let text = serde_json::to_string_pretty(&report).unwrap_or_default();
            drop(writeln!(std::io::stdout(), "{text}"));
            if report.findings.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(5)
            }
        }
        Err(failure) => {
            tell(&format!("torture: {}", failure.0));
            ExitCode::FAILURE
        }
    }
}
