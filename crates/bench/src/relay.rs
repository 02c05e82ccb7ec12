//! `relay` and `relay_ms`: the relay as a process beside librdkafka sending the same bytes, and from the commit of a
//! sale to a reader of committed messages. Left out, in words, where there is no broker.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Executor as _;
use tokio::task::spawn_blocking;

use crate::broker::{Topics, size};
use crate::database::Scratch;
use crate::drive::{Failure, all, at_rate, percentile, round};
use crate::measure::{Error, Plan};
use crate::process::Process;
use crate::report::{Row, median};
use crate::shop::{Shop, failed};

const TILLS: usize = 256;
const IN_FLIGHT: usize = 64;
/// At the most so many milliseconds for 99 of 100.
const GOAL_MS: f64 = 50.0;

/// Messages per second of the relay and of librdkafka alone.
pub async fn throughput(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let Some(run) = Topics::of("relay") else {
        return Ok(Vec::new());
    };
    let scratch = Scratch::create(server, "guanxi_bench_relay", 24).await?;
    let shop = Arc::new(Shop::open(scratch.pool.clone()).await?);
    shop.enrol().await?;
    all(&shop, if plan.quick { 20_000 } else { 100_000 }, TILLS).await?;
    let head = shop.store.head().await.map_err(failed)?.position;
    let (mut ours, mut bare, mut note) = (Vec::new(), Vec::new(), String::new());
    for number in 0..plan.rounds {
        let topics = run.round(number);
        let process = Process::start(&["relay"], &scratch.url(), &topics)?;
        let (asked, read) = (topics.clone(), topics.clone());
        let positions = spawn_blocking(move || asked.published(head))
            .await
            .map_err(failed)??;
        process.end().await?;
        let messages = spawn_blocking(move || read.all()).await.map_err(failed)??;
        let (count, bytes) = (messages.len() as f64, size(&messages));
        ours.push(positions * count / head as f64);
        bare.push(topics.sent_again("bare", messages).await?);
        note = format!(
            "{head} events, {count} messages of {:.0} bytes with their headers",
            bytes / count
        );
        // Under another prefix everything begins anew.
        let forget = "delete from follow.checkpoints where follower = 'relay'; delete from relay.topics";
        scratch.pool.execute(forget).await?;
    }
    drop(shop);
    scratch.drop().await?;
    Ok(vec![Row::of("relay", "messages/s", &ours, &bare).noting(note)])
}

/// p99 in milliseconds beside the goal.
pub async fn latency(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let Some(topics) = Topics::of("relay-ms") else {
        return Ok(Vec::new());
    };
    let scratch = Scratch::create(server, "guanxi_bench_relay", 24).await?;
    let shop = Arc::new(Shop::open(scratch.pool.clone()).await?);
    shop.enrol().await?;
    let process = Process::start(&["relay"], &scratch.url(), &topics)?;
    let seen = Seen::default();
    let watching = seen.watch(&topics);
    let next = Arc::new(AtomicU64::new(0));
    seen.until(&shop).await?;

    let begun = Instant::now();
    round(&shop, IN_FLIGHT, plan.span(), &next).await?;
    seen.until(&shop).await?;
    let orders = next.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let sales = at_rate(
            &shop,
            orders / 2.0,
            plan.span(),
            &next,
            |shop, order| async move {
                let position = shop.sell(order).await?;
                Ok((position, Instant::now()))
            },
        )
        .await?;
        seen.until(&shop).await?;
        let mut lags = seen.lags(&sales);
        lags.sort_unstable();
        p50s.push(percentile(&lags, 50));
        p99s.push(percentile(&lags, 99));
    }
    seen.over.store(1, Ordering::Relaxed);
    shop.sell(next.fetch_add(1, Ordering::Relaxed)).await?;
    watching.await.map_err(failed)??;
    process.end().await?;
    drop(shop);
    scratch.drop().await?;
    let row = Row {
        ours_p50_p99_ms: Some([median(p50s), median(p99s.clone())]),
        ..Row::of("relay_ms", "ms", &p99s, &vec![GOAL_MS; p99s.len()])
    };
    Ok(vec![row.noting(format!(
        "p99 beside the goal, at {orders:.0} commands/s: half of what log and relay sustain"
    ))])
}

/// When each position was first visible.
#[derive(Default, Clone)]
struct Seen {
    at: Arc<Mutex<HashMap<u64, Instant>>>,
    over: Arc<AtomicU64>,
}

impl Seen {
    fn watch(&self, topics: &Topics) -> tokio::task::JoinHandle<Result<(), Failure>> {
        let (seen, topics) = (self.clone(), topics.clone());
        spawn_blocking(move || {
            topics.watch(|position| {
                seen.lock().insert(position, Instant::now());
                seen.over.load(Ordering::Relaxed) == 1
            })
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Instant>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the end of the log is visible.
    async fn until(&self, shop: &Shop) -> Result<(), Failure> {
        let head = shop.store.head().await.map_err(failed)?.position;
        let begun = Instant::now();
        while !self.lock().contains_key(&head) {
            if begun.elapsed() > Duration::from_secs(120) {
                return Err(Failure(format!("position {head} is not published")));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    fn lags(&self, sales: &[(u64, Instant)]) -> Vec<Duration> {
        let at = self.lock();
        let lag = |(position, committed): &(u64, Instant)| {
            at.get(position)
                .map(|seen| seen.saturating_duration_since(*committed))
        };
        sales.iter().filter_map(lag).collect()
    }
}
