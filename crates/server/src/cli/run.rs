//! From arguments to an exit code.

use std::process::ExitCode;

use clap::Parser as _;

use super::grammar::{Arguments, Command};
use super::{
    audit, clock, dev, doctor, explain, import, inbox, keys, migrate, parked, rebuild, relay, replay, serve,
    what_if,
};
use crate::config;
use crate::exit::Failure;
use crate::logs;
use crate::terminal::Output;

/// Reads the command line, does what it says, and tells the shell how it went.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.output);
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::fault)
        .and_then(|runtime| runtime.block_on(Box::pin(perform(arguments, output))));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit_code()
        }
    }
}

async fn perform(arguments: Arguments, output: Output) -> Result<(), Failure> {
    if let Command::Dev(dev) = arguments.command {
        return Box::pin(dev::run(&dev, output)).await;
    }
    let config = config::load(arguments.config.as_deref())?;
    logs::start(&config.log)?;
    match arguments.command {
        Command::Dev(_) => Ok(()),
        Command::Serve { roles, source } => serve::run(&config, &roles, source).await,
        Command::Migrate => migrate::run(&config, output).await,
        Command::Import(what) => import::run(&config, what, output).await,
        Command::Replay(what) => replay::run(&config, what, output).await,
        Command::Explain(what) => explain::run(&config, what, output).await,
        Command::Rebuild { view, force } => rebuild::run(&config, &view, force, output).await,
        Command::WhatIf(what) => what_if::run(&config, what, output).await,
        Command::Parked(what) => parked::run(&config, what, output).await,
        Command::Inbox(what) => inbox::run(&config, what, output).await,
        Command::Audit(what) => audit::run(&config, what, output).await,
        Command::Keys(what) => keys::run(&config, what, output).await,
        Command::Clock(what) => clock::run(&config, what, output).await,
        Command::Relay(what) => relay::run(&config, what, output).await,
        Command::Doctor => doctor::run(&config, output).await,
    }
}
