//! How fast a view catches up. Ignored in ordinary runs; a figure is worth something in release only.

use std::time::Instant;

use sqlx::PgPool;

use super::fixture::{PATIENCE, assert_equal_to_log, start, with_balances};
use crate::audit::hash;

const EVENTS: i64 = 200_000;
const BATCH: i64 = 500;

/// Fills the log past the append function, as the owner could: `EVENTS` events of 20,000 accounts.
async fn fill(pool: &PgPool) {
    sqlx::query(
        "insert into log.events (position, event_id, command_id, aggregate_type, aggregate_id, sequence, event_type, \
           event_version, payload, metadata, hash, recorded_at) \
         select n, 'e' || n, 'c' || n, 'account', 'a' || (n * 7919 % 20000), n, 'account.earned.v1', '1', \
           '{\"type\":\"account.earned.v1\",\"points\":3}', \
           '{\"actor\":\"test\",\"business_date\":\"2026-03-01\",\"correlation_id\":\"x\",\"occurred_at\":\"2026-03-01T02:00:00Z\"}', \
           '', to_timestamp(1900000000) from generate_series(1, $1) n",
    )
    .bind(EVENTS)
    .execute(pool)
    .await
    .unwrap();
    let mut chain = [0; 32];
    let mut chains = Vec::new();
    for last in (BATCH..=EVENTS).step_by(500) {
        chain = hash::chain(&chain, last, 500, 1_900_000_000_000_000, &[]);
        chains.push(chain.to_vec());
    }
    sqlx::query(
        "insert into log.batches (last, n, root, chain, recorded_at) \
         select ord * $2, $2, '', chain, to_timestamp(1900000000) from unnest($1::bytea[]) with ordinality as b (chain, ord)",
    )
    .bind(chains)
    .bind(i32::try_from(BATCH).unwrap())
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
#[ignore = "a measurement"]
async fn a_view_with_totals_catches_up(pool: PgPool) {
    fill(&pool).await;
    let (store, follow) = with_balances(&pool).await;
    let begun = Instant::now();
    let running = start(&follow);
    follow.settle(PATIENCE).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{EVENTS} events in {seconds:.2} s");
    assert_equal_to_log(&store, &follow).await;
    running.stop().await;
}
