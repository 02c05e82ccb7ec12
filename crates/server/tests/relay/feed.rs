//! Views by a consumer group: workers come, are killed and frozen under load, and the rows are those of one process that
//! follows the log.

use std::time::Duration;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::{EventStore, Loop, MasterKey, StoreOptions};
use guanxi_views::MemberRules;
use sqlx::PgPool;
use tokio::time::{Instant, sleep};

use super::process::{Installation, PATIENCE, Relay};
use super::{MASTER_KEY, broker, opened, sold};

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
    let (house, shop) = opened(&pool, &broker).await;
    sold(&shop, 10).await;
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
