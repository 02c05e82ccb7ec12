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
    /// Median of the baseline's rounds, or the bound where there is no other side.
    pub baseline: f64,
    /// `ours / baseline`.
    pub ratio: f64,
    /// Rounds of each side.
    pub rounds: usize,
    /// Lowest and highest ratio of a round of ours to the baseline's round beside it.
    pub spread: [f64; 2],
    /// Medians of our p50 and p99 in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours_p50_p99_ms: Option<[f64; 2]>,
    /// Medians of the baseline's p50 and p99 in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_p50_p99_ms: Option<[f64; 2]>,
    /// What the figure was measured on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Row {
    /// A row from the figures of rounds that stand beside each other.
    pub fn of(id: &str, unit: &'static str, ours: &[f64], baseline: &[f64]) -> Self {
        let ratios: Vec<_> = ours.iter().zip(baseline).map(|(a, b)| a / b).collect();
        let (a, b) = (median(ours.to_vec()), median(baseline.to_vec()));
        Self {
            id: id.to_owned(),
            unit,
            ours: a,
            baseline: b,
            ratio: a / b,
            rounds: ours.len(),
            spread: [
                ratios.iter().copied().fold(f64::INFINITY, f64::min),
                ratios.iter().copied().fold(0.0, f64::max),
            ],
            ours_p50_p99_ms: None,
            baseline_p50_p99_ms: None,
            note: String::new(),
        }
    }

    /// The same with what it was measured on.
    pub fn noting(mut self, note: String) -> Self {
        self.note = note;
        self
    }
}

/// The middle one; 0 of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

/// For people.
pub fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.set_header([
        "measure",
        "unit",
        "ours",
        "baseline",
        "ratio",
        "spread",
        "p50/p99 ms",
        "baseline p50/p99 ms",
    ]);
    let latency = |figures: Option<[f64; 2]>| {
        figures.map_or_else(String::new, |[p50, p99]| format!("{p50:.2} / {p99:.2}"))
    };
    for row in rows {
        table.add_row([
            Cell::new(&row.id),
            Cell::new(row.unit),
            Cell::new(number(row.ours)),
            Cell::new(number(row.baseline)),
            Cell::new(format!("{:.2}", row.ratio)),
            Cell::new(format!("{:.2}-{:.2}", row.spread[0], row.spread[1])),
            Cell::new(latency(row.ours_p50_p99_ms)),
            Cell::new(latency(row.baseline_p50_p99_ms)),
        ]);
    }
    table
}

/// Small figures with the digits that matter.
fn number(figure: f64) -> String {
    if figure < 100.0 {
        format!("{figure:.2}")
    } else {
        format!("{figure:.0}")
    }
}

/// For programs.
pub fn write(path: &Path, rows: &[Row]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, serde_json::to_string_pretty(rows)?)
}
