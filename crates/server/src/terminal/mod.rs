//! What people and scripts see: tables or JSON on standard output, bars and words on standard error.

mod output;
mod progress;

pub use output::{Format, Output, table};
pub use progress::{bar, spinner};
