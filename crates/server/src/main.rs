//! The binary `guanxi`: configuration, wiring, roles, command line.
//!
//! It is the only crate that knows all others; whatever is decided here is which parts run together, never what they
//! do.

mod cli;
mod config;
mod dev;
mod exit;
mod feed;
mod letters;
mod logs;
mod platform;
mod relay;
mod terminal;

use std::process::ExitCode;

/// Views build and drop many small values; the C library's allocator took two fifths of their time, and kept most of
/// what it was given back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
