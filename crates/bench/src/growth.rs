//! `growth`: what a command costs in a log that is large, beside the same command in one that is empty.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use sqlx::Executor as _;

use crate::database::Scratch;
use crate::drive::{Failure, Side, all, round};
use crate::measure::{Error, Plan};
use crate::ours::{Cache, Ours};
use crate::report::Row;

const IN_FLIGHT: usize = 256;
/// Accounts that the commands of a measure are spread over, as many as a store keeps in memory; in the large log they
/// lie among all others.
const BUSY: u64 = 8_000;
/// Events of one account in a filled log.
pub const EVENTS_EACH: u64 = 10;
/// Fillers at once.
const FILLERS: usize = 512;

/// Cost of a command, warm and with a cold load before every second one.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let members = if plan.quick { 50_000 } else { 1_000_000 };
    let for_large = Scratch::create(server, "guanxi_bench_large", 16).await?;
    let filler = Ours::new(for_large.pool.clone(), members, Cache::Warm).await?;
    let events = fill(filler, members).await?;
    // What filling has left to do is not part of a command's cost.
    for_large.pool.execute("vacuum analyze").await?;
    for_large.pool.execute("checkpoint").await?;
    let mut rows = Vec::new();
    for (id, cache) in [("growth", Cache::Warm), ("growth_cold", Cache::HalfCold)] {
        let for_empty = Scratch::create(server, "guanxi_bench_empty", 16).await?;
        let large = Ours::new(for_large.pool.clone(), BUSY, cache).await?;
        let large = Arc::new(large.apart(members / BUSY, id));
        let empty = Arc::new(Ours::new(for_empty.pool.clone(), BUSY, cache).await?.apart(1, id));
        let (large_next, empty_next) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        round(&large, IN_FLIGHT, plan.span(), &large_next).await?;
        round(&empty, IN_FLIGHT, plan.span(), &empty_next).await?;
        let (mut costs, mut of_empty) = (Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            let large = round(&large, IN_FLIGHT, plan.span(), &large_next).await?;
            let empty = round(&empty, IN_FLIGHT, plan.span(), &empty_next).await?;
            costs.push(1e6 / large.per_second);
            of_empty.push(1e6 / empty.per_second);
        }
        drop((large, empty));
        for_empty.drop().await?;
        let row = Row::of(id, "µs/command", &costs, &of_empty);
        rows.push(row.noting(format!(
            "{events} events of {members} members, {IN_FLIGHT} in flight"
        )));
    }
    for_large.drop().await?;
    Ok(rows)
}

/// Fills a log with so many accounts, and says how many events that made.
pub async fn fill(ours: Ours, accounts: u64) -> Result<u64, Failure> {
    all(&Arc::new(Filler(ours)), accounts, FILLERS).await?;
    Ok(accounts * EVENTS_EACH)
}

/// Opens account after account.
struct Filler(Ours);

impl Side for Filler {
    async fn execute(&self, n: u64) -> Result<(), Failure> {
        self.0.fill(n, EVENTS_EACH).await
    }
}
