//! `guanxi dev`

use super::grammar::Dev;
use crate::dev;
use crate::exit::Failure;
use crate::terminal::Output;

/// Runs everything until Ctrl-C.
pub async fn run(arguments: &Dev, output: Output) -> Result<(), Failure> {
    dev::run(&arguments.folder, arguments.listen, arguments.empty, output).await
}
