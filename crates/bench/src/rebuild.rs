//! `rebuild`: every view from nothing to the end of the log, beside streaming the log out to nowhere.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guanxi_event_store::view::RebuildOptions;
use sqlx::Executor as _;
use tokio::sync::oneshot;

use crate::copy;
use crate::database::Scratch;
use crate::drive::{Failure, all};
use crate::measure::{Error, Plan};
use crate::report::Row;
use crate::shop::{Shop, failed};

const PATIENCE: Duration = Duration::from_secs(1_800);
const TILLS: usize = 256;
const HISTORY: &str = "guanxi_bench_history";

/// Events per second of all views together, and of each by itself.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let history = Scratch::create(server, HISTORY, 24).await?;
    let shop = Arc::new(Shop::open(history.pool.clone()).await?);
    shop.enrol().await?;
    all(&shop, if plan.quick { 5_000 } else { 50_000 }, TILLS).await?;
    let head = shop.store.head().await.map_err(failed)?.position as f64;
    history.pool.execute("vacuum analyze").await?;
    shop.store.clone().close().await;
    history.pool.close().await;
    drop(shop);

    let (mut rebuilt, mut copied, mut note) = (Vec::new(), Vec::new(), String::new());
    let mut rows = Vec::new();
    for number in 1..=plan.rounds {
        let scratch = Scratch::copy_of(HISTORY, server, "guanxi_bench_views", 24).await?;
        let shop = Shop::open(scratch.pool.clone()).await?;
        rebuilt.push(head / all_views(&shop).await?.as_secs_f64());
        let begun = Instant::now();
        let bytes = black_box(copy::to_nowhere(&scratch.pool).await?);
        copied.push(head / begun.elapsed().as_secs_f64());
        note = format!("{head} events of {:.0} bytes", bytes as f64 / head);
        if number == plan.rounds {
            rows = each_view(&shop, head, &copied).await?;
        }
        shop.store.clone().close().await;
        scratch.drop().await?;
    }
    rows.insert(0, Row::of("rebuild", "events/s", &rebuilt, &copied).noting(note));
    history.drop().await?;
    Ok(rows)
}

async fn each_view(shop: &Shop, head: f64, copied: &[f64]) -> Result<Vec<Row>, Error> {
    let followers = shop.followers(false);
    followers.prepare().await.map_err(failed)?;
    let mut rows = Vec::new();
    for (view, _) in followers.views() {
        let begun = Instant::now();
        let options = RebuildOptions {
            force: false,
            patience: PATIENCE,
        };
        let report = followers.rebuild(view, options, &|_| ()).await.map_err(failed)?;
        if !report.equal {
            return Err(Failure(format!("{view} rebuilt differs from the live one")).into());
        }
        let of_view = head / begun.elapsed().as_secs_f64();
        let note = "`guanxi rebuild` of this view alone, its comparison with the live one included";
        let last = copied.len() - 1;
        rows.push(
            Row::of(
                &format!("rebuild_{view}"),
                "events/s",
                &[of_view],
                &copied[last..],
            )
            .noting(note.to_owned()),
        );
    }
    Ok(rows)
}

async fn all_views(shop: &Shop) -> Result<Duration, Failure> {
    let followers = shop.followers(false);
    followers.prepare().await.map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let begun = Instant::now();
    let run = followers.clone();
    let running = tokio::spawn(async move { run.run(async { drop(stopped.await) }).await });
    followers.settle(PATIENCE).await.map_err(failed)?;
    let elapsed = begun.elapsed();
    drop(stop);
    running.await.map_err(failed)?;
    Ok(elapsed)
}
