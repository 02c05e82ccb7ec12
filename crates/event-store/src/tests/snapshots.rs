//! Snapshots make long streams load fast, and nothing depends on them.

use std::time::Duration;

use sqlx::PgPool;

use super::account::{Accounts, Command, context, open};
use crate::{EventStore, snapshot};

async fn long_stream(store: &EventStore) {
    for n in 0..70 {
        let earn = Command::Earn(1);
        let context = context(store, &format!("c{n}"), &earn);
        store.execute::<Accounts>("a", &earn, &context).await.unwrap();
    }
}

/// The sequence of the snapshot, once it is written.
async fn written(pool: &PgPool) -> i64 {
    for _ in 0..200 {
        let sequence = sqlx::query_scalar("select sequence from log.snapshots")
            .fetch_optional(pool)
            .await;
        if let Some(sequence) = sequence.unwrap() {
            return sequence;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no snapshot")
}

async fn points(pool: &PgPool) -> (i64, u64) {
    let loaded = open(pool).await.load::<Accounts>("a").await.unwrap();
    (loaded.state.points, loaded.sequence)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_long_stream_is_loaded_from_its_snapshot(pool: PgPool) {
    let store = open(&pool).await;
    long_stream(&store).await;
    assert_eq!(points(&pool).await, (70, 70));
    assert_eq!(written(&pool).await, 70);
    let earn = Command::Earn(1);
    let next = context(&store, "next", &earn);
    store.execute::<Accounts>("a", &earn, &next).await.unwrap();
    assert_eq!(points(&pool).await, (71, 71));
    // That it is used shows where it lies: a figure that no event gives.
    let forged = r#"update log.snapshots set state = '{"points":1000,"seat":null,"subjects":[]}'"#;
    sqlx::query(forged).execute(&pool).await.unwrap();
    assert_eq!(points(&pool).await, (1001, 71));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_broken_a_foreign_and_a_homeless_snapshot_are_passed_over(pool: PgPool) {
    let store = open(&pool).await;
    long_stream(&store).await;
    points(&pool).await;
    written(&pool).await;
    for spoil in [
        r#"update log.snapshots set state = '{"points":"many"}'"#,
        r#"update log.snapshots set schema = 'of another version', state = '{"points":1000,"seat":null,"subjects":[]}'"#,
        "delete from log.snapshots",
    ] {
        sqlx::query(spoil).execute(&pool).await.unwrap();
        assert_eq!(points(&pool).await, (70, 70), "{spoil}");
    }
    let beyond = "insert into log.snapshots (aggregate_type, aggregate_id, schema, sequence, state) \
                  values ('account', 'a', $1, 5000, $2::json) \
                  on conflict (aggregate_type, aggregate_id, schema) do update set sequence = 5000, state = $2::json";
    sqlx::query(beyond)
        .bind(snapshot::schema::<Accounts>())
        .bind(r#"{"points":1000,"seat":null,"subjects":[]}"#)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(points(&pool).await, (70, 70));
}
