//! The table on the screen and the list in the file.

use std::path::Path;
use std::{fs, io};

use comfy_table::{Cell, Table};
use serde::Serialize;

/// One measure: ours beside the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Stable name.
    pub id: String,
    /// Unit of `ours` and `baseline`.
    pub unit: &'static str,
    /// Median of our rounds.
    pub ours: f64,
    /// Median of the baseline's rounds.
    pub baseline: f64,
    /// `ours / baseline`.
    pub ratio: f64,
    /// Rounds of each side.
    pub rounds: usize,
    /// Lowest and highest ratio of a round of ours to the baseline's round beside it.
    pub spread: [f64; 2],
    /// Medians of our p50 and p99 in milliseconds.
    pub ours_p50_p99_ms: [f64; 2],
    /// Medians of the baseline's p50 and p99 in milliseconds.
    pub baseline_p50_p99_ms: [f64; 2],
}

/// For people.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.set_header([
        "measure",
        "ours/s",
        "baseline/s",
        "ratio",
        "spread",
        "p50/p99 ms",
        "baseline p50/p99 ms",
    ]);
    for row in rows {
        table.add_row([
            Cell::new(&row.id),
            Cell::new(format!("{:.0}", row.ours)),
            Cell::new(format!("{:.0}", row.baseline)),
            Cell::new(format!("{:.2}", row.ratio)),
            Cell::new(format!("{:.2}-{:.2}", row.spread[0], row.spread[1])),
            Cell::new(format!(
                "{:.2} / {:.2}",
                row.ours_p50_p99_ms[0], row.ours_p50_p99_ms[1]
            )),
            Cell::new(format!(
                "{:.2} / {:.2}",
                row.baseline_p50_p99_ms[0], row.baseline_p50_p99_ms[1]
            )),
        ]);
    }
    table
}

/// For programs.
pub fn write(path: &Path, rows: &[Row]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, serde_json::to_string_pretty(rows)?)
}
