//! The command line: one file per command.

mod audit;
mod clock;
mod dev;
mod doctor;
mod explain;
mod grammar;
pub mod import;
mod inbox;
mod keys;
pub mod migrate;
mod parked;
mod rebuild;
mod relay;
mod replay;
mod run;
mod serve;
mod what_if;

pub use run::run;
