//! The contract with plain programs of cqrs-es and postgres-es: they read our streams and append types of their own.

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{AggregateContext, AggregateError, EventStore as _};
use guanxi_kernel::Fact;
use postgres_es::{PostgresEventRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row};

use super::account::{Accounts, Command, TestEvent, context, open};
use crate::adapter::Adapted;
use crate::audit::hash::{Canonical, chain};

/// A program that knows nothing of us.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Parcel {
    stops: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum ParcelEvent {
    Moved { to: String },
}

#[derive(Debug, thiserror::Error)]
#[error("a parcel never refuses")]
struct Never;

impl cqrs_es::DomainEvent for ParcelEvent {
    fn event_type(&self) -> String {
        "Moved".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl cqrs_es::Aggregate for Parcel {
    const TYPE: &'static str = "parcel";
    type Command = String;
    type Event = ParcelEvent;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, to: String, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        sink.write(ParcelEvent::Moved { to }, self).await;
        Ok(())
    }

    fn apply(&mut self, ParcelEvent::Moved { to }: ParcelEvent) {
        self.stops.push(to);
    }
}

async fn appender(pool: &PgPool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(4)
        .after_connect(|connection, _| {
            Box::pin(async move {
                let as_appender = "select set_config('search_path', 'plain', false), \
                                   set_config('role', 'guanxi_appender', false)";
                sqlx::query(as_appender).execute(connection).await?;
                Ok(())
            })
        })
        .connect_with((*pool.connect_options()).clone())
        .await
        .unwrap()
}

fn code(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code());
    code.unwrap_or_default().into_owned()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_plain_program_reads_our_streams_and_appends_its_own(pool: PgPool) {
    let store = open(&pool).await;
    store.admit_foreign::<TestEvent>(&["parcel"]).await.unwrap();
    for (id, points) in [("c1", 5), ("c2", 6)] {
        let earn = Command::Earn(points);
        let context = context(&store, id, &earn);
        store.execute::<Accounts>("a", &earn, &context).await.unwrap();
    }
    let plain = appender(&pool).await;

    let repository = PostgresEventRepository::new(plain.clone());
    let reader = PersistedEventStore::<_, Adapted<Accounts>>::new_event_store(repository);
    let mut account = reader.load_aggregate("a").await.unwrap();
    assert_eq!(account.aggregate().state.points, 11);

    let parcels = postgres_cqrs::<Parcel>(plain.clone(), Vec::new(), ());
    for town in ["Hangzhou", "苏州"] {
        parcels.execute("p1", town.to_owned()).await.unwrap();
    }
    let earn = Command::Earn(1);
    let context = context(&store, "c3", &earn);
    store.execute::<Accounts>("a", &earn, &context).await.unwrap();

    let events = store.read::<TestEvent>(0, 10).await.unwrap();
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.position, event.stream.to_string(), event.sequence))
        .collect();
    let expected = [(1, "a", 1), (2, "a", 2), (3, "p1", 1), (4, "p1", 2), (5, "a", 3)];
    assert_eq!(
        seen,
        expected.map(|(position, id, sequence)| {
            let kind = if id == "a" { "account" } else { "parcel" };
            (position, format!("{kind}/{id}"), sequence)
        })
    );
    assert!(matches!(&events[3].fact, Fact::Foreign(text) if text.contains("苏州")));
    everything_is_bound(&pool).await;
}

/// Hashes, roots and chain as Rust computes them equal those that the trigger and the function have written.
async fn everything_is_bound(pool: &PgPool) {
    let mut previous = [0; 32];
    let batches = sqlx::query(
        "select last, n, root, chain, (extract(epoch from recorded_at) * 1000000)::bigint as us
           from log.batches order by last",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for batch in batches {
        let (last, n): (i64, i32) = (batch.get("last"), batch.get("n"));
        let rows = sqlx::query(
            "select *, payload::text as body, metadata::text as around from log.events
              where position > $1 - $2 and position <= $1 order by position",
        )
        .bind(last)
        .bind(n)
        .fetch_all(pool)
        .await
        .unwrap();
        let mut hashes = Vec::new();
        for row in rows {
            let hash = Canonical {
                event_id: row.get("event_id"),
                command_id: row.get("command_id"),
                aggregate_type: row.get("aggregate_type"),
                aggregate_id: row.get("aggregate_id"),
                sequence: row.get::<i64, _>("sequence").unsigned_abs(),
                event_type: row.get("event_type"),
                event_version: row.get("event_version"),
                payload: row.get("body"),
                metadata: row.get("around"),
            }
            .hash();
            assert_eq!(row.get::<Vec<u8>, _>("hash"), hash);
            hashes.extend(hash);
        }
        let root = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &hashes);
        assert_eq!(batch.get::<Vec<u8>, _>("root"), root.as_ref());
        previous = chain(&previous, last, n, batch.get("us"), root.as_ref());
        assert_eq!(batch.get::<Vec<u8>, _>("chain"), previous);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_plain_program_cannot_add_to_our_streams_or_to_unknown_types(pool: PgPool) {
    let store = open(&pool).await;
    let plain = appender(&pool).await;
    let parcels = postgres_cqrs::<Parcel>(plain.clone(), Vec::new(), ());
    assert!(
        parcels.execute("p", "nowhere".to_owned()).await.is_err(),
        "not admitted yet"
    );
    store.admit_foreign::<TestEvent>(&["parcel"]).await.unwrap();
    let accounts = postgres_cqrs::<Adapted<Accounts>>(plain, Vec::new(), ());
    let error = accounts.execute("a", Command::Earn(1)).await.unwrap_err();
    assert!(matches!(error, AggregateError::UnexpectedError(_)), "{error}");
    assert_eq!(store.head().await.unwrap().position, 0);
    assert!(store.admit_foreign::<TestEvent>(&["account"]).await.is_err());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_plain_appender_cannot_leave_holes_or_forge(pool: PgPool) {
    let store = open(&pool).await;
    store.admit_foreign::<TestEvent>(&["parcel"]).await.unwrap();
    let plain = appender(&pool).await;
    let insert = "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, \
                  metadata) values ('parcel', 'p', $1, 'Moved', '1', $2::json, $3::json)";
    let put = |sql: String, sequence: i64, payload: &'static str, metadata: &'static str| {
        let plain = plain.clone();
        async move {
            let query = sqlx::query(&sql).bind(sequence).bind(payload).bind(metadata);
            query.execute(&plain).await.map_err(|error| code(&error))
        }
    };
    put(insert.to_owned(), 1, "{}", "{}").await.unwrap();
    let skip = format!("{insert} on conflict do nothing");
    for (sql, sequence, payload, metadata, expected) in [
        (insert, 1, "{}", "{}", "23505"),
        (skip.as_str(), 1, "{}", "{}", "23505"),
        (insert, 3, "{}", "{}", "22023"),
        (insert, 0, "{}", "{}", "22023"),
        (insert, 2, r#"{"a":"\u0000"}"#, "{}", "22P05"),
        (insert, 2, "{}", r#"{"n":1}"#, "22023"),
    ] {
        let error = put(sql.to_owned(), sequence, payload, metadata)
            .await
            .unwrap_err();
        assert_eq!(error, expected, "{sql} {sequence} {payload} {metadata}");
    }
    for sql in [
        "update events set payload = '{}'",
        "delete from events",
        "insert into events (position, aggregate_type) values (7, 'parcel')",
        "insert into log.events (aggregate_type) values ('parcel')",
        "insert into log.batches values (9, 1, '', '', now())",
        "select * from log.subject_keys",
    ] {
        assert_eq!(
            code(&sqlx::query(sql).execute(&plain).await.unwrap_err()),
            "42501",
            "{sql}"
        );
    }
    assert_eq!(store.head().await.unwrap().position, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn plain_and_own_writers_at_once_leave_no_gap(pool: PgPool) {
    let store = open(&pool).await;
    store.admit_foreign::<TestEvent>(&["parcel"]).await.unwrap();
    let plain = appender(&pool).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let (store, plain) = (store.clone(), plain.clone());
        tasks.spawn(async move {
            if n % 2 == 0 {
                let parcels = postgres_cqrs::<Parcel>(plain, Vec::new(), ());
                parcels
                    .execute(&format!("p{n}"), "here".to_owned())
                    .await
                    .unwrap();
            } else {
                let earn = Command::Earn(1);
                let context = context(&store, &format!("c{n}"), &earn);
                let stream = format!("a{n}");
                store.execute::<Accounts>(&stream, &earn, &context).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let positions: Vec<_> = store.read::<TestEvent>(0, 100).await.unwrap();
    let positions: Vec<_> = positions.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=40).collect::<Vec<_>>());
    everything_is_bound(&pool).await;
}
