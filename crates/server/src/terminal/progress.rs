//! Progress where a person waits. Nothing is drawn when standard error is not a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that is drawn, or not, and may be shared between tasks.
pub type Bar = ProgressBar;

const KNOWN: &str = "{msg} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left";
const UNKNOWN: &str = "{spinner} {msg} {elapsed}";

/// A bar over a known number of things.
#[must_use]
pub fn bar(message: &str, length: u64) -> Bar {
    let bar = ProgressBar::new(length).with_message(message.to_owned());
    if let Ok(style) = ProgressStyle::with_template(KNOWN) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar
}

/// Something of unknown length goes on.
#[must_use]
pub fn spinner(message: &str) -> Bar {
    let bar = ProgressBar::new_spinner().with_message(message.to_owned());
    if let Ok(style) = ProgressStyle::with_template(UNKNOWN) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
