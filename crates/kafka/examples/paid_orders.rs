//! A consumer in Rust: what each store has taken on each day, in a table of its own.
//!
//! `paid_orders BROKERS DATABASE_URL [PREFIX]` reads to the end. It may be killed at any point and run again, twice at
//! once even: the event's id goes into the same transaction as its effect, under a unique key.
#![expect(clippy::print_stdout, reason = "an example speaks to a terminal")]

use std::collections::HashSet;
use std::error::Error;

use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::{ClientConfig, Message as _};
use serde_json::Value;
use sqlx::PgPool;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(brokers), Some(database)) = (arguments.next(), arguments.next()) else {
        return Err("usage: paid_orders BROKERS DATABASE_URL [PREFIX]".into());
    };
    let prefix = arguments.next().unwrap_or_else(|| "guanxi".to_owned());
    let pool = PgPool::connect(&database).await?;
    prepare(&pool).await?;
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("{prefix}.example.paid_orders"))
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .set("session.timeout.ms", "6000")
        // Only because this program ends; one that runs for ever needs no word about ends.
        .set("enable.partition.eof", "true")
        .create()?;
    consumer.subscribe(&[&format!("{prefix}.order.v1")])?;
    let mut ended = HashSet::new();
    while ended.is_empty() || ended.len() < consumer.assignment()?.count() {
        match consumer.recv().await {
            Err(KafkaError::PartitionEOF(partition)) => drop(ended.insert(partition)),
            Err(error) => return Err(error.into()),
            Ok(message) => {
                ended.remove(&message.partition());
                if header(&message, "ce_type") == Some("order.paid.v1") {
                    take(&pool, &message).await?;
                }
                // After the work: what is read twice then is known by its id.
                consumer.commit_message(&message, CommitMode::Async)?;
            }
        }
    }
    let days: i64 = sqlx::query_scalar("select count(*) from example_takings")
        .fetch_one(&pool)
        .await?;
    println!("{days} days of stores");
    Ok(())
}

async fn prepare(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("create table if not exists example_seen (event_id text primary key)")
        .execute(pool)
        .await?;
    sqlx::query(
        "create table if not exists example_takings \
         (store text, day text, orders bigint not null, primary key (store, day))",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// One order, once.
async fn take(pool: &PgPool, message: &BorrowedMessage<'_>) -> Result<(), Box<dyn Error>> {
    let data: Value = serde_json::from_slice(message.payload().unwrap_or_default())?;
    let id = header(message, "ce_id").ok_or("a message without ce_id")?;
    let mut work = pool.begin().await?;
    let new = sqlx::query("insert into example_seen values ($1) on conflict do nothing")
        .bind(id)
        .execute(&mut *work)
        .await?;
    if new.rows_affected() == 1 {
        sqlx::query(
            "insert into example_takings values ($1, $2, 1) \
             on conflict (store, day) do update set orders = example_takings.orders + 1",
        )
        .bind(data["store_id"].as_str().unwrap_or("none"))
        .bind(data["business_date"].as_str().unwrap_or("none"))
        .execute(&mut *work)
        .await?;
    }
    work.commit().await?;
    Ok(())
}

fn header<'a>(message: &'a BorrowedMessage<'_>, key: &str) -> Option<&'a str> {
    let headers = message.headers()?;
    let found = headers.iter().find(|header| header.key == key)?;
    std::str::from_utf8(found.value?).ok()
}
