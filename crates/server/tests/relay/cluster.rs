//! Three brokers: one is killed, or cut off from the other two, while the relay publishes.
//!
//! One broker always, each of the three in turn with `GUANXI_TORTURE=1`. Cutting off needs hosts of their own, which only
//! root on Linux may make; where that is not allowed, the test says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use tokio::process::Command;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

use super::load::Shop;
use super::process::Installation;
use super::{broker, once, publishing, topics};

/// For each broker that is taken away; sold in as long as it is away and back again.
const ORDERS: usize = 1_333;
/// Orders that are let in at once, and how often.
const STEP: (usize, Duration) = (4, Duration::from_millis(60));
/// Longer than the brokers take to miss one of them (`broker.session.timeout.ms`, 9 s).
const AWAY: Duration = Duration::from_secs(14);
const BACK: Duration = Duration::from_secs(6);

/// Three brokers in a folder of their own, stopped at the end.
struct Cluster {
    folder: PathBuf,
    servers: String,
}

impl Cluster {
    /// `None` where that is not allowed.
    async fn start(name: &str, apart: bool) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("guanxi-{name}.{}", std::process::id()));
        let mut arguments = vec!["3"];
        arguments.extend(apart.then_some("apart"));
        let started = script("start", &folder, &arguments).await;
        if started.status.code() == Some(3) {
            return None;
        }
        assert!(
            started.status.success(),
            "{}",
            String::from_utf8_lossy(&started.stderr)
        );
        let servers = String::from_utf8(started.stdout).unwrap().trim().to_owned();
        Some(Self { folder, servers })
    }

    async fn call(&self, what: &str, broker: usize) {
        let done = script(what, &self.folder, &[&broker.to_string()]).await;
        assert!(
            done.status.success(),
            "{what}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let stopped = std::process::Command::new(program())
            .arg("stop")
            .arg(&self.folder)
            .status();
        drop(stopped);
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kafka")
}

async fn script(what: &str, folder: &Path, more: &[&str]) -> std::process::Output {
    Command::new(program())
        .arg(what)
        .arg(folder)
        .args(more)
        .output()
        .await
        .unwrap()
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn brokers_killed_one_at_a_time_cost_nothing_but_time(pool: PgPool) {
    if broker().is_none() {
        return;
    }
    let cluster = Cluster::start("killed", false).await.unwrap();
    trouble(&pool, &cluster, "kill", "revive").await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_broker_cut_off_from_the_other_two_costs_nothing_but_time(pool: PgPool) {
    if broker().is_none() {
        return;
    }
    match Cluster::start("apart", true).await {
        Some(cluster) => trouble(&pool, &cluster, "cut", "join").await,
        None => say("left out: network namespaces are not allowed here"),
    }
}

/// One broker after the other is taken away for a while and let back, under load.
async fn trouble(pool: &PgPool, cluster: &Cluster, away: &str, back: &str) {
    let brokers = if std::env::var("GUANXI_TORTURE").is_ok() {
        3
    } else {
        1
    };
    let (house, shop, relay) = publishing(pool, &cluster.servers, 10).await;
    let (over, stall) = watch(&house);
    let load = tokio::spawn(shop.clone().sell(brokers * ORDERS));
    let pace = tokio::spawn(let_in(shop, brokers * ORDERS));
    for broker in 1..=brokers {
        cluster.call(away, broker).await;
        sleep(AWAY).await;
        cluster.call(back, broker).await;
        sleep(BACK).await;
    }
    pace.await.unwrap();
    load.await.unwrap();
    house.until_published(house.head().await).await;
    over.store(true, Ordering::Relaxed);
    let stall = stall.await.unwrap().as_secs_f64();
    say(&format!("{away}: longest stall {stall:.1} s"));
    once::every_event_once_in_order(&house).await;
    relay.kill().await;
}

#[expect(
    clippy::print_stdout,
    reason = "what was left out, and figures, are for whoever looks"
)]
fn say(words: &str) {
    println!("{words}");
}

async fn let_in(shop: Shop, orders: usize) {
    for _ in 0..orders.div_ceil(STEP.0) {
        shop.allow(STEP.0);
        sleep(STEP.1).await;
    }
}

fn watch(house: &Installation) -> (Arc<AtomicBool>, JoinHandle<Duration>) {
    let over = Arc::new(AtomicBool::new(false));
    let (house, told) = (house.clone(), Arc::clone(&over));
    let stall = spawn_blocking(move || topics::longest_stall(&house, &told));
    (over, stall)
}
