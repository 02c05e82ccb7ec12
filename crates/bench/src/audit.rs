//! `audit`: the whole log recomputed, beside streaming it out and hashing its bytes.

use std::hint::black_box;
use std::time::Instant;

use guanxi_event_store::audit;
use guanxi_kernel::Timestamp;

use crate::copy;
use crate::database::Scratch;
use crate::drive::Failure;
use crate::growth::fill;
use crate::measure::{Error, Plan};
use crate::ours::{Cache, Ours};
use crate::report::Row;

/// Events per second of both.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let scratch = Scratch::create(server, "guanxi_bench_audit", 16).await?;
    let streams = if plan.quick { 20_000 } else { 100_000 };
    let ours = Ours::new(scratch.pool.clone(), streams, Cache::Warm).await?;
    let events = fill(ours, streams).await? as f64;
    let (mut verified, mut hashed) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let begun = Instant::now();
        let report = audit::verify(&scratch.pool, &[], Timestamp::now(), &mut |_| ())
            .await
            .map_err(|error| Failure(error.to_string()))?;
        if !report.passed() {
            return Err(Failure("the log of the measure is not whole".to_owned()).into());
        }
        verified.push(events / begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        black_box(copy::to_hash(&scratch.pool).await?);
        hashed.push(events / begun.elapsed().as_secs_f64());
    }
    scratch.drop().await?;
    let row = Row::of("audit", "events/s", &verified, &hashed);
    Ok(vec![row.noting(format!("{events} events"))])
}
