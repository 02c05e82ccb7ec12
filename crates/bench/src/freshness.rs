//! `freshness_ms`: from the commit of a sale to the row in the store dashboard, at half of the rate that the whole house
//! (views and policies running) can sustain.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::Loop;
use tokio::sync::oneshot;

use crate::database::Scratch;
use crate::drive::{Failure, at_rate, percentile, round};
use crate::measure::{Error, Plan};
use crate::report::{Row, median};
use crate::shop::{Shop, failed};

const VIEW: &str = "store_dashboard";
const PATIENCE: Duration = Duration::from_secs(120);
const IN_FLIGHT: usize = 64;
/// At the most so many milliseconds for 99 of 100.
const GOAL_MS: f64 = 20.0;

/// p99 in milliseconds beside the goal.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let scratch = Scratch::create(server, "guanxi_bench_fresh", 32).await?;
    let shop = Arc::new(Shop::open(scratch.pool.clone()).await?);
    shop.enrol().await?;
    let followers = shop.followers(true);
    followers.prepare().await.map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let run = followers.clone();
    let running = tokio::spawn(async move { run.run(async { drop(stopped.await) }).await });
    let next = Arc::new(AtomicU64::new(0));

    let orders = sustained(&shop, &followers, plan, &next).await?;
    let (mut p50s, mut p99s) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let mut lags = paced(&shop, &followers, orders / 2.0, plan.span(), &next).await?;
        lags.sort_unstable();
        p50s.push(percentile(&lags, 50));
        p99s.push(percentile(&lags, 99));
    }
    drop(stop);
    running.await.map_err(failed)?;
    drop((followers, shop));
    scratch.drop().await?;
    let bound = vec![GOAL_MS; p99s.len()];
    let commands = orders * 2.0;
    let row = Row {
        ours_p50_p99_ms: Some([median(p50s), median(p99s.clone())]),
        ..Row::of("freshness_ms", "ms", &p99s, &bound)
    };
    Ok(vec![row.noting(format!(
        "p99 beside the goal, at {:.0} commands/s: half of {commands:.0}/s, which all views and policies sustain",
        commands / 2.0
    ))])
}

/// Orders per second, counted until everything that follows has caught up.
async fn sustained(
    shop: &Arc<Shop>,
    followers: &Loop<GuanxiEvent>,
    plan: Plan,
    next: &Arc<AtomicU64>,
) -> Result<f64, Error> {
    followers.settle(PATIENCE).await.map_err(failed)?;
    let begun = Instant::now();
    let before = next.load(Ordering::Relaxed);
    round(shop, IN_FLIGHT, plan.span(), next).await?;
    followers.settle(PATIENCE).await.map_err(failed)?;
    let sold = next.load(Ordering::Relaxed) - before;
    Ok(sold as f64 / begun.elapsed().as_secs_f64())
}

/// Sells at a fixed rate; of each sale, how long after its commit the dashboard had it.
async fn paced(
    shop: &Arc<Shop>,
    followers: &Loop<GuanxiEvent>,
    orders_a_second: f64,
    span: Duration,
    next: &Arc<AtomicU64>,
) -> Result<Vec<Duration>, Failure> {
    at_rate(shop, orders_a_second, span, next, |shop, order| {
        let followers = followers.clone();
        async move {
            let position = shop.sell(order).await?;
            let committed = Instant::now();
            followers
                .wait_for(VIEW, position, PATIENCE)
                .await
                .map_err(failed)?;
            Ok(committed.elapsed())
        }
    })
    .await
}
