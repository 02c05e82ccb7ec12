//! Sends commands: so many in flight for a while, so many in all, or so many a second.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

/// How often it is looked whether a command is due.
const TICK: Duration = Duration::from_millis(2);

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

/// Carries out commands 0 to `commands`, as fast as `in_flight` at once go.
pub async fn all<S: Side>(side: &Arc<S>, commands: u64, in_flight: usize) -> Result<(), Failure> {
    let next = Arc::new(AtomicU64::new(0));
    let mut loops = JoinSet::new();
    for _ in 0..in_flight {
        let (side, next) = (Arc::clone(side), Arc::clone(&next));
        loops.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= commands {
                    return Ok::<_, Failure>(());
                }
                side.execute(n).await?;
            }
        });
    }
    while let Some(ended) = loops.join_next().await {
        ended.map_err(|error| Failure(error.to_string()))??;
    }
    Ok(())
}

/// Begins commands at a fixed rate, however long each takes, and collects what they answer.
pub async fn at_rate<S, T, F>(
    side: &Arc<S>,
    per_second: f64,
    span: Duration,
    next: &Arc<AtomicU64>,
    command: impl Fn(Arc<S>, u64) -> F,
) -> Result<Vec<T>, Failure>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Failure>> + Send + 'static,
{
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut running, mut started) = (JoinSet::new(), 0_u64);
    while begun.elapsed() < span {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() * per_second) as u64;
        while started < due {
            started += 1;
            running.spawn(command(Arc::clone(side), next.fetch_add(1, Ordering::Relaxed)));
        }
    }
    let mut answers = Vec::new();
    while let Some(ended) = running.join_next().await {
        answers.push(ended.map_err(|error| Failure(error.to_string()))??);
    }
    Ok(answers)
}

/// In milliseconds; 0 of none.
pub fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get(last * percent / 100)
        .map_or(0.0, |latency| latency.as_secs_f64() * 1_000.0)
}
