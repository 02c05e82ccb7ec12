//! Which measures there are, and how a measure goes: the sides in turn, round by round.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::database::Scratch;
use crate::drive::{Failure, Round, round};
use crate::ours::{Cache, Ours};
use crate::plain::Plain;
use crate::report::{Row, median};
use crate::{audit, callbacks, freshness, growth, hot, insert_limit, memory, rebuild, relay, workers};

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds of each side.
    pub rounds: usize,
    /// Seconds of each round.
    pub seconds: u64,
    /// Smaller logs, for a look in passing.
    pub quick: bool,
}

impl Plan {
    /// How long a round is.
    pub fn span(self) -> Duration {
        Duration::from_secs(self.seconds)
    }
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
    /// `--only` names nothing.
    #[error("there is no measure {0}; there are: {names}", names = MEASURES.join(", "))]
    UnknownMeasure(String),
}

/// Accounts that the commands are spread over.
const STREAMS: u64 = 2_000;
/// The same, where half of the commands shall find a state that is not cached.
const COLD_STREAMS: u64 = 200_000;

/// The measures by the names under which `--only` finds them.
const MEASURES: &[&str] = &[
    "append",
    "insert_limit",
    "callbacks",
    "rebuild",
    "freshness_ms",
    "growth",
    "audit",
    "memory_mb",
    "hot_campaign",
    "relay",
    "relay_ms",
    "workers",
];

/// All measures, or those whose names begin with one of `only`; each with its baseline in the same run. What is
/// measured is told at once, so that a fault of a later one costs nothing.
pub async fn all(server: &str, plan: Plan, only: &[String]) -> Result<Vec<Row>, Error> {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| name.starts_with(only.as_str()));
    if let Some(unknown) = only
        .iter()
        .find(|only| !MEASURES.iter().any(|name| name.starts_with(only.as_str())))
    {
        return Err(Error::UnknownMeasure(unknown.clone()));
    }
    let mut rows = Vec::new();
    for name in MEASURES.iter().filter(|name| wanted(name)) {
        eprintln!("{name}: {} rounds of {} s a side", plan.rounds, plan.seconds);
        let measured = match *name {
            "append" => appends(server, plan).await?,
            "insert_limit" => insert_limit::measure(server, plan).await?,
            "callbacks" => callbacks::measure(server, plan).await?,
            "rebuild" => rebuild::measure(server, plan).await?,
            "freshness_ms" => freshness::measure(server, plan).await?,
            "growth" => growth::measure(server, plan).await?,
            "audit" => audit::measure(server, plan).await?,
            "memory_mb" => memory::measure(server, plan).await?,
            "relay" => relay::throughput(server, plan).await?,
            "relay_ms" => relay::latency(server, plan).await?,
            "workers" => workers::measure(server, plan).await?,
            _ => hot::measure(server, plan).await?,
        };
        for row in &measured {
            eprintln!(
                "  {}: {:.3} of {:.3} {}",
                row.id, row.ours, row.baseline, row.unit
            );
        }
        rows.extend(measured);
    }
    Ok(rows)
}

async fn appends(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for cache in [Cache::Warm, Cache::HalfCold] {
        for in_flight in [1, 32, 256] {
            rows.push(append(server, plan, in_flight, cache).await?);
        }
    }
    Ok(rows)
}

async fn append(server: &str, plan: Plan, in_flight: usize, cache: Cache) -> Result<Row, Error> {
    let (suffix, streams) = match cache {
        Cache::Warm => ("", STREAMS),
        Cache::HalfCold => ("_cold", COLD_STREAMS),
    };
    let id = format!("append_{in_flight}{suffix}");
    let for_plain = Scratch::plain(server, "guanxi_bench_plain", 32).await?;
    let for_ours = Scratch::create(server, "guanxi_bench_ours", 16).await?;
    let plain = Arc::new(Plain::new(for_plain.pool.clone(), streams).await?);
    let ours = Arc::new(Ours::new(for_ours.pool.clone(), streams, cache).await?);
    let (our_next, plain_next) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let span = plan.span();

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
    Ok(row(&id, &of_ours, &of_plain))
}

/// One line of the report on commands.
pub fn row(id: &str, ours: &[Round], baseline: &[Round]) -> Row {
    let figures = |rounds: &[Round], figure: fn(&Round) -> f64| rounds.iter().map(figure).collect::<Vec<_>>();
    let latency = |rounds: &[Round]| {
        Some([
            median(figures(rounds, |r| r.p50_ms)),
            median(figures(rounds, |r| r.p99_ms)),
        ])
    };
    Row {
        ours_p50_p99_ms: latency(ours),
        baseline_p50_p99_ms: latency(baseline),
        ..Row::of(
            id,
            "commands/s",
            &figures(ours, |r| r.per_second),
            &figures(baseline, |r| r.per_second),
        )
    }
}
