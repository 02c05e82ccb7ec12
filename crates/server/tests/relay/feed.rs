//! Views by a consumer group: workers come, are killed and frozen under load, and the rows are those of one process that
//! follows the log.

use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::{EventStore, Loop, MasterKey, StoreOptions};
use guanxi_views::MemberRules;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use super::load::Shop;
use super::process::{Installation, PATIENCE, Relay};
use super::{MASTER_KEY, broker};

const WORKERS: usize = 4;
const RELAY: &[&str] = &["serve", "--roles", "relay"];
const WORKER: &[&str] = &["serve", "--roles", "followers", "--source", "kafka"];
/// Views that stand behind the log, with whatever else follows it.
const BEHIND: &str = "select count(*) from (select max(position) as position from follow.checkpoints
    group by follower, version, generation) as newest where position < (select max(last) from log.batches)";
const FED: &str = "select count(distinct follower) from follow.checkpoints where feed_offset is not null";

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn workers_killed_under_load_leave_the_rows_of_one_process(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let kills = if std::env::var("GUANXI_TORTURE").is_ok() {
        40
    } else {
        3
    };
    let house = Installation::new(&pool, &broker);
    let shop = Shop::open(&pool).await;
    shop.allow(10);
    shop.clone().sell(10).await;
    let relay = house.feeding(RELAY);
    house.until_published(house.head().await).await;
    let mut workers: Vec<Relay> = (0..WORKERS).map(|_| house.feeding(WORKER)).collect();
    let orders = 10 + kills * 40;
    let load = tokio::spawn(shop.clone().sell(orders));
    shop.allow(10);
    for kill in 0..kills {
        shop.allow(40);
        sleep(Duration::from_millis((kill as u64 * 379) % 1500 + 200)).await;
        let worker = workers.remove(kill % WORKERS);
        if kill % 4 == 1 {
            // Frozen, taken for dead, and woken beside its successor.
            worker.signal("STOP").await;
            sleep(Duration::from_secs(7)).await;
            worker.signal("CONT").await;
            workers.push(worker);
        } else {
            worker.kill().await;
            workers.push(house.feeding(WORKER));
        }
    }
    load.await.unwrap();
    until_all_is_done(&pool, &mut workers).await;
    let follow = views(&pool).await;
    let fed: i64 = sqlx::query_scalar(FED).fetch_one(&pool).await.unwrap();
    assert_eq!(
        fed.unsigned_abs() as usize,
        follow.views().len(),
        "all views were fed"
    );
    for (view, _) in follow.views() {
        let report = follow.rebuild(view, Default::default(), &|_| {}).await.unwrap();
        assert!(report.equal && report.parked_aside.is_empty(), "{report:?}");
    }
    for process in workers.into_iter().chain([relay]) {
        process.kill().await;
    }
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn without_a_relay_that_feeds_them_workers_refuse(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let house = Installation::new(&pool, &broker);
    let (code, words) = house.feeding(WORKER).ended().await;
    assert_eq!(code, Some(super::process::REFUSED), "{words}");
    assert!(words.contains("kafka.feed_views"), "{words}");
}

/// Twice, so that what the first look came too early for is seen by the second.
async fn until_all_is_done(pool: &PgPool, workers: &mut [Relay]) {
    let (until, mut quiet) = (Instant::now() + PATIENCE, 0);
    while quiet < 2 {
        workers.iter_mut().for_each(Relay::lives);
        let behind: i64 = sqlx::query_scalar(BEHIND).fetch_one(pool).await.unwrap();
        quiet = if behind == 0 { quiet + 1 } else { 0 };
        assert!(
            Instant::now() < until,
            "{behind} followers do not come to the end"
        );
        sleep(Duration::from_millis(200)).await;
    }
}

async fn views(pool: &PgPool) -> Loop<GuanxiEvent> {
    let options = StoreOptions::new(MasterKey::new(MASTER_KEY));
    let store = EventStore::open(pool.clone(), options).await.unwrap();
    guanxi_views::register(Loop::builder(store), &MemberRules::shipped().unwrap()).build()
}

/// Not a test: prints how many events a second workers take when they begin anew. With `--release --ignored
/// --nocapture`.
#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
#[ignore = "measures"]
async fn measured_catching_up_by_workers(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let house = Installation::new(&pool, &broker);
    let shop = Shop::open(&pool).await;
    let relay = house.feeding(RELAY);
    shop.allow(MEASURED);
    shop.clone().sell(MEASURED).await;
    let mut first = vec![house.feeding(WORKER)];
    until_all_is_done(&pool, &mut first).await;
    stop(first).await;
    let head = house.head().await;
    for workers in [1, 2, 4] {
        forget_views(&pool).await;
        let mut working: Vec<Relay> = (0..workers).map(|_| house.feeding(WORKER)).collect();
        while folded(&pool).await == 0 {
            sleep(Duration::from_millis(2)).await;
        }
        let (begun, already) = (Instant::now(), folded(&pool).await);
        while folded(&pool).await < head * 11 {
            working.iter_mut().for_each(Relay::lives);
            sleep(Duration::from_millis(5)).await;
        }
        let events = (head * 11 - already) as f64 / begun.elapsed().as_secs_f64();
        println!("{workers} workers: {events:.0} events a second over all views, {head} events in the log");
        stop(working).await;
    }
    relay.kill().await;
}

const MEASURED: usize = 1500;

async fn stop(processes: Vec<Relay>) {
    for process in processes {
        process.kill().await;
    }
    // As long as the group needs to miss them.
    sleep(Duration::from_secs(8)).await;
}

/// Positions that views have worked, in all.
async fn folded(pool: &PgPool) -> u64 {
    let sum = "select coalesce(sum(position), 0)::bigint from (select max(position) as position
        from follow.checkpoints join follow.views on name = follower group by follower) as newest";
    let sum: i64 = sqlx::query_scalar(sum).fetch_one(pool).await.unwrap();
    sum.unsigned_abs()
}

async fn forget_views(pool: &PgPool) {
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'views'")
            .fetch_all(pool)
            .await
            .unwrap();
    for table in tables {
        sqlx::query(&format!("truncate views.{table}"))
            .execute(pool)
            .await
            .unwrap();
    }
    sqlx::query("delete from follow.checkpoints where follower in (select name from follow.views)")
        .execute(pool)
        .await
        .unwrap();
}
