//! Which measures there are, and how a measure goes: the sides in turn, round by round.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::database::Scratch;
use crate::drive::{Failure, Round, round};
use crate::ours::{Cache, Ours};
use crate::plain::Plain;
use crate::report::Row;

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds of each side.
    pub rounds: usize,
    /// Seconds of each round.
    pub seconds: u64,
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refuses something.
    #[error("PostgreSQL: {0}; DATABASE_URL must name a server whose user may create databases")]
    Database(#[from] sqlx::Error),
    /// The migrations do not apply.
    #[error("migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] Failure),
}

/// Accounts that the commands are spread over.
const STREAMS: u64 = 2_000;
/// The same, where half of the commands shall find a state that is not cached.
const COLD_STREAMS: u64 = 200_000;

/// All measures, each with its baseline in the same run.
pub async fn all(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (in_flight, cache) in [
        (1, Cache::Warm),
        (32, Cache::Warm),
        (256, Cache::Warm),
        (1, Cache::HalfCold),
        (32, Cache::HalfCold),
        (256, Cache::HalfCold),
    ] {
        rows.push(append(server, plan, in_flight, cache).await?);
    }
    Ok(rows)
}

async fn append(server: &str, plan: Plan, in_flight: usize, cache: Cache) -> Result<Row, Error> {
    let (suffix, streams) = match cache {
        Cache::Warm => ("", STREAMS),
        Cache::HalfCold => ("_cold", COLD_STREAMS),
    };
    let id = format!("append_{in_flight}{suffix}");
    eprintln!("{id}: {} rounds of {} s a side", plan.rounds, plan.seconds);
    let for_plain = Scratch::create(server, "guanxi_bench_plain", 32).await?;
    let for_ours = Scratch::create(server, "guanxi_bench_ours", 16).await?;
    let plain = Arc::new(Plain::new(for_plain.pool.clone(), streams).await?);
    let ours = Arc::new(Ours::new(for_ours.pool.clone(), streams, cache).await?);
    let (our_next, plain_next) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let span = Duration::from_secs(plan.seconds);

    // A first short round of each warms connections and plans, and is not counted.
    let warm_up = Duration::from_millis(700);
    round(&ours, in_flight, warm_up, &our_next).await?;
    round(&plain, in_flight, warm_up, &plain_next).await?;

    let (mut of_ours, mut of_plain) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        of_ours.push(round(&ours, in_flight, span, &our_next).await?);
        of_plain.push(round(&plain, in_flight, span, &plain_next).await?);
    }
    drop((ours, plain));
    for_plain.drop().await?;
    for_ours.drop().await?;
    Ok(row(id, &of_ours, &of_plain))
}

/// One line of the report.
pub fn row(id: String, ours: &[Round], baseline: &[Round]) -> Row {
    let ratios: Vec<_> = ours
        .iter()
        .zip(baseline)
        .map(|(a, b)| a.per_second / b.per_second)
        .collect();
    let median_of = |rounds: &[Round], figure: fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
    let (a, b) = (
        median_of(ours, |r| r.per_second),
        median_of(baseline, |r| r.per_second),
    );
    Row {
        id,
        unit: "commands/s",
        ours: a,
        baseline: b,
        ratio: a / b,
        rounds: ours.len(),
        spread: [
            ratios.iter().copied().fold(f64::INFINITY, f64::min),
            ratios.iter().copied().fold(0.0, f64::max),
        ],
        ours_p50_p99_ms: [median_of(ours, |r| r.p50_ms), median_of(ours, |r| r.p99_ms)],
        baseline_p50_p99_ms: [
            median_of(baseline, |r| r.p50_ms),
            median_of(baseline, |r| r.p99_ms),
        ],
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
