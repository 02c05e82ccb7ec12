//! `insert_limit`: durable events beside PostgreSQL alone inserting the very same rows in groups.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use sqlx::postgres::PgRow;
use sqlx::{Executor as _, PgPool, Row as _};

use crate::database::Scratch;
use crate::drive::round;
use crate::measure::{Error, Plan};
use crate::ours::{Cache, Ours};
use crate::report::Row;

const GROUP: usize = 512;
/// As many as a store keeps in memory: what is measured is inserting, not loading.
const STREAMS: u64 = 8_000;
const ROWS: i64 = 50_000;

/// Events per second of both: one event and one answer a command.
pub async fn measure(server: &str, plan: Plan) -> Result<Vec<Row>, Error> {
    let scratch = Scratch::create(server, "guanxi_bench_insert", 16).await?;
    let ours = Arc::new(Ours::new(scratch.pool.clone(), STREAMS, Cache::Warm).await?);
    let next = Arc::new(AtomicU64::new(0));
    round(&ours, GROUP, plan.span(), &next).await?;
    let (mut of_ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        of_ours.push(round(&ours, GROUP, plan.span(), &next).await?.per_second);
        bare.push(inserted_again(&scratch.pool).await?);
    }
    drop(ours);
    scratch.drop().await?;
    let row = Row::of("insert_limit", "events/s", &of_ours, &bare);
    Ok(vec![row.noting(format!(
        "{GROUP} in flight; the baseline inserts groups of {GROUP}"
    ))])
}

/// Reads the last rows of the log, and inserts them into empty tables of the same shape, a commit a group.
async fn inserted_again(pool: &PgPool) -> Result<f64, sqlx::Error> {
    let events = sqlx::query("select * from log.events order by position desc limit $1")
        .bind(ROWS)
        .fetch_all(pool)
        .await?;
    let answers = sqlx::query(
        "select c.* from log.commands c join log.events e using (command_id) order by e.position desc limit $1",
    )
    .bind(ROWS)
    .fetch_all(pool)
    .await?;
    let mut connection = pool.acquire().await?;
    connection
        .execute(
            "drop schema if exists bare cascade; create schema bare;
             create table bare.events (like log.events including all);
             create table bare.commands (like log.commands including all)",
        )
        .await?;
    let groups: Vec<_> = events
        .rchunks(GROUP)
        .zip(answers.rchunks(GROUP))
        .map(|(events, answers)| (EventColumns::of(events), AnswerColumns::of(answers)))
        .collect();
    let begun = Instant::now();
    for (events, answers) in groups {
        connection.execute("begin").await?;
        events.insert(&mut connection).await?;
        answers.insert(&mut connection).await?;
        connection.execute("commit").await?;
    }
    Ok(events.len() as f64 / begun.elapsed().as_secs_f64())
}

fn texts(rows: &[PgRow], column: &str) -> Vec<String> {
    rows.iter().map(|row| row.get(column)).collect()
}

fn numbers(rows: &[PgRow], column: &str) -> Vec<i64> {
    rows.iter().map(|row| row.get(column)).collect()
}

fn bytes(rows: &[PgRow], column: &str) -> Vec<Vec<u8>> {
    rows.iter().map(|row| row.get(column)).collect()
}

struct EventColumns {
    positions: Vec<i64>,
    texts: [Vec<String>; 8],
    sequences: Vec<i64>,
    hashes: Vec<Vec<u8>>,
}

impl EventColumns {
    fn of(rows: &[PgRow]) -> Self {
        let raw = |column: &str| -> Vec<String> {
            rows.iter()
                .map(|row| {
                    row.get::<&serde_json::value::RawValue, _>(column)
                        .get()
                        .to_owned()
                })
                .collect()
        };
        Self {
            positions: numbers(rows, "position"),
            texts: [
                texts(rows, "event_id"),
                texts(rows, "command_id"),
                texts(rows, "aggregate_type"),
                texts(rows, "aggregate_id"),
                texts(rows, "event_type"),
                texts(rows, "event_version"),
                raw("payload"),
                raw("metadata"),
            ],
            sequences: numbers(rows, "sequence"),
            hashes: bytes(rows, "hash"),
        }
    }

    async fn insert(&self, connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
        let mut query = sqlx::query(
            "insert into bare.events (position, sequence, hash, event_id, command_id, aggregate_type, aggregate_id,
                                      event_type, event_version, payload, metadata, recorded_at)
             select p, s, h, id, c, t, a, n, v, l::json, m::json, clock_timestamp()
               from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::text[],
                           $8::text[], $9::text[], $10::text[], $11::text[])
                    as u (p, s, h, id, c, t, a, n, v, l, m)",
        )
        .bind(&self.positions)
        .bind(&self.sequences)
        .bind(&self.hashes);
        for column in &self.texts {
            query = query.bind(column);
        }
        query.execute(connection).await.map(drop)
    }
}

struct AnswerColumns {
    ids: Vec<String>,
    digests: Vec<Vec<u8>>,
    types: Vec<String>,
    streams: Vec<String>,
    first: Vec<i64>,
}

impl AnswerColumns {
    fn of(rows: &[PgRow]) -> Self {
        Self {
            ids: texts(rows, "command_id"),
            digests: bytes(rows, "digest"),
            types: texts(rows, "aggregate_type"),
            streams: texts(rows, "aggregate_id"),
            first: numbers(rows, "first_sequence"),
        }
    }

    async fn insert(&self, connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "insert into bare.commands (command_id, digest, outcome, aggregate_type, aggregate_id, first_sequence,
                                        events, recorded_at)
             select id, d, 'appended', t, a, f, 1, clock_timestamp()
               from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::bigint[]) as u (id, d, t, a, f)",
        )
        .bind(&self.ids)
        .bind(&self.digests)
        .bind(&self.types)
        .bind(&self.streams)
        .bind(&self.first)
        .execute(connection)
        .await
        .map(drop)
    }
}
