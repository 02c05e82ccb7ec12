//! One dense order, whoever appends.

use sqlx::Connection as _;
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
        "insert into log.events (position) values (9)",
        "insert into log.commands (command_id) values ('forged')",
        "insert into log.claims values ('coupon.', 'k', 'account', 'a')",
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

/// An append of nothing, as SQL.
const NOTHING: &str =
    "select log.append('{}', '', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '')";

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn settings_under_which_an_append_would_not_keep_its_word_are_refused(pool: PgPool) {
    let path = "set search_path = log, pg_temp";
    for (settings, isolation, expected) in [
        (
            vec![path],
            "begin isolation level repeatable read",
            "READ COMMITTED",
        ),
        (
            vec![path, "set synchronous_commit = off"],
            "begin",
            "synchronous_commit",
        ),
        (vec!["set search_path = log"], "begin", "search_path"),
    ] {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("set synchronous_commit = on")
            .execute(&mut *connection)
            .await
            .unwrap();
        for setting in settings {
            sqlx::query(setting).execute(&mut *connection).await.unwrap();
        }
        let mut transaction = connection.begin_with(isolation).await.unwrap();
        let error = sqlx::query(NOTHING).execute(&mut *transaction).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_caller_cannot_slip_in_what_would_run_as_the_owner(pool: PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    let mut run = async |sql: &str| sqlx::raw_sql(sql).execute(&mut *connection).await.map(drop);
    // The server may create things in the schema `views`: types, functions and operators with well-known names.
    run("set role guanxi_server; set synchronous_commit = on; create function views.evil(text) returns boolean language plpgsql as
         $$ begin raise exception 'evil runs as %', current_user; end $$;
         create domain views.text as pg_catalog.text check (views.evil(value));
         create domain views.bytea as pg_catalog.bytea check (views.evil(encode(value, 'hex')));
         create domain views.timestamptz as pg_catalog.timestamptz check (views.evil(value::pg_catalog.text));
         create function views.current_setting(pg_catalog.text) returns pg_catalog.text language plpgsql as
         $$ begin raise exception 'evil runs as %', current_user; end $$;
         create function views.cardinality(pg_catalog.anyarray) returns int language plpgsql as
         $$ begin raise exception 'evil runs as %', current_user; end $$")
        .await
        .unwrap();
    run("set search_path = views, pg_catalog").await.unwrap();
    let error = run(NOTHING).await.unwrap_err();
    assert!(error.to_string().contains("search_path"), "{error}");
    run("set search_path = log, pg_temp").await.unwrap();
    run(NOTHING).await.unwrap();
}
