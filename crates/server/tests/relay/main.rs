//! The relay as a process, against a real broker: killed, doubled, frozen, and with its position or its log taken away.
//!
//! `make test` brings the broker where Java and Kafka are there and says so where they are not (deploy/kafka with …).
//! Three kills always, fifty with `GUANXI_TORTURE=1`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "also outside of the test functions, what cannot go on may stop"
)]

mod cluster;
mod consumers;
mod feed;
mod letters;
#[path = "../killed_followers/load.rs"]
mod load;
mod once;
mod process;
mod topics;

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use load::Shop;
use process::{Installation, REFUSED, Relay};

const MASTER_KEY: [u8; 32] = [7; 32];
const FENCED: i32 = 8;

/// The broker that `deploy/kafka with` has started.
#[expect(clippy::print_stdout, reason = "a test that did nothing says so")]
fn broker() -> Option<String> {
    let broker = std::env::var("GUANXI_TEST_KAFKA").ok();
    if broker.is_none() {
        println!("left out: there is no broker (deploy/kafka install, then make test)");
    }
    broker
}

/// An installation over a log, with a shop that sells into it.
async fn opened(pool: &PgPool, broker: &str) -> (Installation, Shop) {
    (Installation::new(pool, broker), Shop::open(pool).await)
}

/// The same, with its relay, once that has published these orders.
async fn publishing(pool: &PgPool, broker: &str, orders: usize) -> (Installation, Shop, Relay) {
    let (house, shop) = opened(pool, broker).await;
    sold(&shop, orders).await;
    let relay = house.relay();
    house.until_published(house.head().await).await;
    (house, shop, relay)
}

/// Sells until so many orders are paid in all; those that are paid already are answered as known.
async fn sold(shop: &Shop, orders: usize) {
    shop.allow(orders);
    shop.clone().sell(orders).await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_relay_killed_at_random_publishes_every_event_once(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let kills = if std::env::var("GUANXI_TORTURE").is_ok() {
        50
    } else {
        3
    };
    let (house, shop) = opened(&pool, &broker).await;
    let orders = kills * 40;
    let load = tokio::spawn(shop.clone().sell(orders));
    for kill in 0..kills {
        shop.allow(40);
        let before = house.published().await;
        let relay = house.relay();
        // Most die at work, some while they start.
        if kill % 4 != 3 {
            house.until_published(before + 1).await;
        }
        tokio::time::sleep(Duration::from_millis((kill as u64 * 137) % 400)).await;
        relay.kill().await;
    }
    load.await.unwrap();
    let last = house.relay();
    house.until_published(house.head().await).await;
    once::every_event_once_in_order(&house).await;
    last.kill().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn of_two_relays_one_publishes_and_a_frozen_one_is_fenced(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let (house, shop, first) = publishing(&pool, &broker, 10).await;
    let second = house.relay();
    first.signal("STOP").await;
    sold(&shop, 20).await;
    // Only the second can have published this.
    house.until_published(house.head().await).await;
    first.signal("CONT").await;
    let (code, words) = first.ended().await;
    assert_eq!(code, Some(FENCED), "{words}");
    assert!(words.contains("fenced"), "{words}");
    sold(&shop, 30).await;
    house.until_published(house.head().await).await;
    once::every_event_once_in_order(&house).await;
    second.kill().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn without_its_position_it_refuses_until_it_is_adopted(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let (house, shop, relay) = publishing(&pool, &broker, 10).await;
    house.until_mirrored(house.head().await).await;
    relay.kill().await;
    topics::delete(&house, "relay.position").await;
    let (code, words) = house.relay().ended().await;
    assert_eq!(code, Some(REFUSED), "{words}");
    assert!(
        words.contains("is empty") && words.contains("guanxi relay adopt"),
        "{words}"
    );
    sold(&shop, 20).await;
    house.command(&["relay", "adopt", "--by", "test"]).await;
    let relay = house.relay();
    house.until_published(house.head().await).await;
    once::every_event_once_in_order(&house).await;
    relay.kill().await;
}

#[sqlx::test(migrator = "guanxi_event_store::MIGRATOR")]
async fn a_log_from_an_older_backup_is_refused(pool: PgPool) {
    let Some(broker) = broker() else { return };
    let shop = Shop::open(&pool).await;
    sold(&shop, 10).await;
    let options = (*pool.connect_options()).clone();
    pool.close().await;
    let name = options.get_database().unwrap().to_owned();
    // Names of databases end after 63 bytes.
    let copy = format!("backup_of_{}", &name[name.len() - 40..]);
    let server = PgPoolOptions::new()
        .connect_with(options.clone().database("postgres"))
        .await
        .unwrap();
    let others = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    sqlx::query(&others).execute(&server).await.unwrap();
    // One of a run that was cut short.
    sqlx::query(&format!("drop database if exists \"{copy}\" with (force)"))
        .execute(&server)
        .await
        .unwrap();
    sqlx::query(&format!("create database \"{copy}\" template \"{name}\""))
        .execute(&server)
        .await
        .unwrap();
    let live = PgPoolOptions::new().connect_with(options.clone()).await.unwrap();
    let house = Installation::new(&live, &broker);
    sold(&shop, 20).await;
    let relay = house.relay();
    house.until_published(house.head().await).await;
    relay.kill().await;
    let backup = PgPoolOptions::new()
        .connect_with(options.database(&copy))
        .await
        .unwrap();
    let restored = house.on(&backup);
    let (code, words) = restored.relay().ended().await;
    assert_eq!(code, Some(REFUSED), "{words}");
    assert!(
        words.contains("older backup") && words.contains("adopt"),
        "{words}"
    );
    backup.close().await;
    live.close().await;
    sqlx::query(&format!("drop database \"{copy}\" with (force)"))
        .execute(&server)
        .await
        .unwrap();
}
