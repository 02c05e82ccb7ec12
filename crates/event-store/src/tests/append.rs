//! One dense order, whoever appends.

use sqlx::PgPool;

use super::account::{Account, Accounts, Command, TestEvent, context, open};
use crate::{Answer, Outcome};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn positions_are_dense_while_two_processes_append(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..120 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        tasks.spawn(async move {
            let command = Command::Earn(1);
            let stream = format!("a{}", n % 7);
            let context = context(&store, &format!("c{n}"), &command);
            store
                .execute::<Accounts>(&stream, &command, &context)
                .await
                .unwrap()
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let events = one.read::<TestEvent>(0, 1000).await.unwrap();
    assert_eq!(
        events.iter().map(|event| event.position).collect::<Vec<_>>(),
        (1..=120).collect::<Vec<_>>()
    );
    for stream in 0..7 {
        let sequences: Vec<_> = events
            .iter()
            .filter(|event| event.stream.aggregate_id.as_ref() == format!("a{stream}"))
            .map(|event| event.sequence)
            .collect();
        assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>());
    }
    assert_eq!(one.head().await.unwrap().position, 120);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refusal_from_a_stale_cache_is_decided_again(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    let earn = |n| Command::Earn(n);
    one.execute::<Accounts>("a", &earn(1), &context(&one, "c1", &earn(1)))
        .await
        .unwrap();
    two.execute::<Accounts>("a", &earn(9), &context(&two, "c2", &earn(9)))
        .await
        .unwrap();
    // The first process still believes in one point.
    let spend = Command::Spend(10);
    let answer = one
        .execute::<Accounts>("a", &spend, &context(&one, "c3", &spend))
        .await
        .unwrap();
    assert_eq!(
        answer,
        Answer {
            outcome: Outcome::Appended { first: 3, last: 3 },
            known: false
        }
    );
    assert_eq!(
        *two.load::<Accounts>("a").await.unwrap().state,
        Account::default()
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_server_cannot_rewrite_history(pool: PgPool) {
    let store = open(&pool).await;
    let command = Command::Earn(1);
    store
        .execute::<Accounts>("a", &command, &context(&store, "c1", &command))
        .await
        .unwrap();
    for sql in [
        "update log.events set payload = '{}'",
        "delete from log.events",
        "delete from log.batches",
        "insert into log.batches values (9, 1, '', '', now())",
        "update log.commands set outcome = 'nothing'",
        "truncate log.events",
    ] {
        let error = sqlx::query(sql).execute(store.pool()).await.unwrap_err();
        let code = error
            .as_database_error()
            .and_then(|error| error.code())
            .unwrap_or_default()
            .into_owned();
        assert_eq!(code, "42501", "{sql}: {error}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_isolation_is_refused(pool: PgPool) {
    let store = open(&pool).await;
    let mut transaction = store
        .pool()
        .begin_with("begin isolation level repeatable read")
        .await
        .unwrap();
    let nothing = "'{}', '', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', ''";
    let sql = format!("select log.append({nothing})");
    let error = sqlx::query(&sql).execute(&mut *transaction).await.unwrap_err();
    assert!(error.to_string().contains("READ COMMITTED"), "{error}");
}
