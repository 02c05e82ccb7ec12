//! `workers_1`, `workers_2`, `workers_4`: views that begin anew, fed by Kafka to so many processes, beside one process
//! that follows the log. Left out, in words, where there is no broker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Executor as _, PgPool};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::broker::Topics;
use crate::database::Scratch;
use crate::drive::{Failure, all};
use crate::measure::{Error, Plan};
use crate::process::Process;
use crate::report::Row;
use crate::shop::{Shop, failed};

const WORKERS: [usize; 3] = [1, 2, 4];
const TILLS: usize = 256;
const FOLLOWERS: &[&str] = &["followers"];
const FED: &[&str] = &["followers", "--source", "kafka"];
const LOOK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(600);
/// Positions that views have worked, in all.
const WORKED: &str = "select coalesce(sum(position), 0)::bigint from (select max(position) as position
    from follow.checkpoints join follow.views on name = follower group by follower) as newest";
const VIEWS: &str = "select count(*) from follow.views";
const TABLES: &str = "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables
    where schemaname = 'views'";
const FORGET: &str = "delete from follow.checkpoints where follower in (select name from follow.views)";

/// Events of the log per second, from the first one that a view has to the last one that all have.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let Some(mut topics) = Topics::of("workers") else {
        return Ok(Vec::new());
    };
    topics.feed_views = true;
    let scratch = Scratch::create(server, "guanxi_bench_workers", 24).await?;
    let shop = Arc::new(Shop::open(scratch.pool.clone()).await?);
    shop.enrol().await?;
    all(&shop, if plan.quick { 5_000 } else { 30_000 }, TILLS).await?;
    let head = shop.store.head().await.map_err(failed)?.position;
    let (url, pool) = (scratch.url(), &scratch.pool);
    let relay = Process::start(&["relay"], &url, &topics)?;
    let asked = topics.clone();
    spawn_blocking(move || asked.published(head))
        .await
        .map_err(failed)??;

    let mut rows = Vec::new();
    for workers in WORKERS {
        let (mut fed, mut single) = (Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            fed.push(caught_up(pool, head, vec![FED; workers], &url, &topics).await?);
            single.push(caught_up(pool, head, vec![FOLLOWERS], &url, &topics).await?);
        }
        let row = Row::of(&format!("workers_{workers}"), "events/s", &fed, &single);
        rows.push(row.noting(format!(
            "{head} events, each view its own; beside one process that follows the log"
        )));
    }
    relay.end().await?;
    drop(shop);
    scratch.drop().await?;
    Ok(rows)
}

/// Views begin anew, in these processes.
async fn caught_up(
    pool: &PgPool,
    head: u64,
    processes: Vec<&[&str]>,
    url: &str,
    topics: &Topics,
) -> Result<f64, Error> {
    forget(pool).await?;
    let start = |roles: &&[&str]| Process::start(roles, url, topics);
    let running: Vec<Process> = processes.iter().map(start).collect::<Result<_, _>>()?;
    let already = until(pool, WORKED, 1).await?;
    let views = until(pool, VIEWS, 1).await?;
    let begun = Instant::now();
    let all = head.cast_signed() * views;
    until(pool, WORKED, all).await?;
    let share = (all - already) as f64 / all as f64;
    let events = head as f64 * share / begun.elapsed().as_secs_f64();
    for process in running {
        process.end().await?;
    }
    Ok(events)
}

async fn until(pool: &PgPool, question: &str, wanted: i64) -> Result<i64, Error> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let figure: i64 = sqlx::query_scalar(question).fetch_one(pool).await?;
        if figure >= wanted {
            return Ok(figure);
        }
        sleep(LOOK).await;
    }
    Err(Failure("the views do not come to the end".to_owned()).into())
}

async fn forget(pool: &PgPool) -> Result<(), Error> {
    let tables: Option<String> = sqlx::query_scalar(TABLES).fetch_one(pool).await?;
    if let Some(tables) = tables {
        pool.execute(&*format!("truncate {tables}")).await?;
    }
    pool.execute(FORGET).await?;
    Ok(())
}
