//! Whether a session that holds a snapshot open slows the log down, as it slows down what updates rows.
//!
//! Under an open snapshot PostgreSQL cannot remove old versions of rows, so a counter or a lock row that every commit
//! updates gets slower with every commit. The log locks by an advisory lock and only adds rows; this shows that it
//! stays as fast. The baseline is the log itself, before the snapshot was opened.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sqlx::Executor as _;

use crate::database::Scratch;
use crate::drive::round;
use crate::measure::{Error, row};
use crate::ours::{Cache, Ours};
use crate::report::Row;

const STREAMS: u64 = 2_000;
const IN_FLIGHT: usize = 32;

/// Commands per second in the last tenth of the time for which the snapshot was held, beside the same span before it.
pub async fn held(server: &str, seconds: u64) -> Result<Row, Error> {
    let scratch = Scratch::create(server, "guanxi_bench_snapshot", 16).await?;
    let ours = Arc::new(Ours::new(scratch.pool.clone(), STREAMS, Cache::Warm).await?);
    let next = Arc::new(AtomicU64::new(0));
    let span = Duration::from_secs((seconds / 10).max(1));
    round(&ours, IN_FLIGHT, span, &next).await?;
    eprintln!("snapshot_held: {} s before", span.as_secs());
    let before = round(&ours, IN_FLIGHT, span, &next).await?;

    let mut analyst = scratch
        .pool
        .begin_with("begin isolation level repeatable read")
        .await?;
    analyst.execute("select count(*) from log.batches").await?;
    let mut last = before;
    for tenth in 1..=10 {
        last = round(&ours, IN_FLIGHT, span, &next).await?;
        eprintln!(
            "snapshot_held: after {} s {:.0}/s",
            span.as_secs() * tenth,
            last.per_second
        );
    }
    analyst.rollback().await?;
    drop(ours);
    scratch.drop().await?;
    Ok(row("snapshot_held", &[last], &[before]))
}
