//! Keeps a fixed number of commands in flight for a while, and measures each.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

/// What a side does with command number `n`.
pub trait Side: Send + Sync + 'static {
    /// Carries it out, durably.
    fn execute(&self, n: u64) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// A command failed; a measure with failures is none.
#[derive(Debug, thiserror::Error)]
#[error("a command of the measure failed: {0}")]
pub struct Failure(pub String);

/// One round of one side.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Durable commands per second.
    pub per_second: f64,
    /// Half of the commands were answered within so many milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 commands were.
    pub p99_ms: f64,
}

/// Runs `in_flight` loops for `span`, numbering commands from `next` on.
pub async fn round<S: Side>(
    side: &Arc<S>,
    in_flight: usize,
    span: Duration,
    next: &Arc<AtomicU64>,
) -> Result<Round, Failure> {
    let started = Instant::now();
    let mut loops = JoinSet::new();
    for _ in 0..in_flight {
        let (side, next) = (Arc::clone(side), Arc::clone(next));
        loops.spawn(async move {
            let mut latencies = Vec::new();
            while started.elapsed() < span {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let begun = Instant::now();
                side.execute(n).await?;
                latencies.push(begun.elapsed());
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(ended) = loops.join_next().await {
        latencies.extend(ended.map_err(|error| Failure(error.to_string()))??);
    }
    let elapsed = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    Ok(Round {
        per_second: latencies.len() as f64 / elapsed,
        p50_ms: percentile(&latencies, 50),
        p99_ms: percentile(&latencies, 99),
    })
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * percent / 100)
        .map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
}
