//! Commands of one stream that go into the log together.
//!
//! The tests hold the head of the log while commands come in, so which of them meet in a group is no matter of luck.

use std::time::Duration;

use guanxi_kernel::{Decider as _, StreamRef};
use sqlx::{Connection as _, PgConnection, PgPool};
use tokio::task::JoinHandle;

use super::account::{Accounts, Command, context, open};
use crate::{Answer, EventStore, ExecuteError, Outcome};

type Asked = JoinHandle<Result<Answer, ExecuteError>>;

/// The head of the log, held by a session of the test's own.
struct Head(PgConnection);

impl Head {
    async fn hold(pool: &PgPool) -> Self {
        let mut session = PgConnection::connect_with(&pool.connect_options()).await.unwrap();
        sqlx::query("select pg_advisory_lock(7305803671234501)")
            .execute(&mut session)
            .await
            .unwrap();
        Self(session)
    }

    /// Waits until so many appends wait for it.
    async fn awaited_by(&mut self, appends: i64) {
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
                       and database = (select oid from pg_database where datname = current_database())";
        while sqlx::query_scalar::<_, i64>(waiting)
            .fetch_one(&mut self.0)
            .await
            .unwrap()
            < appends
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn let_go(self) {
        self.0.close().await.unwrap();
    }
}

fn ask(store: &EventStore, stream: &'static str, id: &str, command: Command) -> Asked {
    let (store, context) = (store.clone(), context(store, id, &command));
    tokio::spawn(async move { store.execute::<Accounts>(stream, &command, &context).await })
}

/// Waits until so many commands of the stream are on their way.
async fn on_their_way(store: &EventStore, stream: &str, commands: usize) {
    let stream = StreamRef::new(Accounts::TYPE, stream);
    let count = || {
        store
            .states()
            .get::<Accounts>(&stream)
            .map_or(0, |held| held.on_their_way())
    };
    while count() < commands {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn earned(store: &EventStore, stream: &'static str, points: i64) {
    ask(
        store,
        stream,
        &format!("given-{stream}-{points}"),
        Command::Earn(points),
    )
    .await
    .unwrap()
    .unwrap();
}

async fn points(store: &EventStore, stream: &str) -> (i64, u64) {
    let loaded = store.load::<Accounts>(stream).await.unwrap();
    (loaded.state.points, loaded.sequence)
}

async fn batches(store: &EventStore) -> i64 {
    sqlx::query_scalar("select count(*) from log.batches")
        .fetch_one(store.pool())
        .await
        .unwrap()
}

fn refused_with(answer: Result<Answer, ExecuteError>, code: &str) {
    match answer {
        Err(ExecuteError::Refused(refused)) => assert_eq!(refused.code, code),
        other => panic!("not refused: {other:?}"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn commands_of_one_stream_share_commits_and_are_answered_in_order(pool: PgPool) {
    let store = open(&pool).await;
    earned(&store, "a", 1).await;
    let head = Head::hold(&pool).await;
    let mut asked = Vec::new();
    for n in 0..100 {
        asked.push(ask(&store, "a", &format!("c{n}"), Command::Earn(1)));
        on_their_way(&store, "a", n + 1).await;
    }
    head.let_go().await;
    for (n, answer) in (2..).zip(asked) {
        let outcome = answer.await.unwrap().unwrap().outcome;
        assert_eq!(outcome, Outcome::Appended { first: n, last: n });
    }
    assert_eq!(points(&store, "a").await, (101, 101));
    // The one before, the one that waited for the head, and all that came meanwhile.
    assert_eq!(batches(&store).await, 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn each_is_decided_on_what_the_one_before_leaves_behind(pool: PgPool) {
    let store = open(&pool).await;
    earned(&store, "a", 10).await;
    let head = Head::hold(&pool).await;
    let spends: Vec<_> = (0..30)
        .map(|n| ask(&store, "a", &format!("c{n}"), Command::Spend(1)))
        .collect();
    on_their_way(&store, "a", 10).await;
    // In the middle of those that are refused comes one that makes room.
    let more = ask(&store, "a", "more", Command::Earn(5));
    on_their_way(&store, "a", 11).await;
    head.let_go().await;
    more.await.unwrap().unwrap();
    let mut done = 0;
    for spend in spends {
        match spend.await.unwrap() {
            Ok(_) => done += 1,
            refused => refused_with(refused, "account.too_few"),
        }
    }
    let (left, _) = points(&store, "a").await;
    assert!(done >= 10, "{done}");
    assert_eq!(left, 15 - done);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_decided_on_a_command_that_is_turned_down_is_decided_again(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    earned(&one, "a", 5).await;
    let mut head = Head::hold(&pool).await;
    let theirs = ask(&two, "a", "theirs", Command::Spend(5));
    head.awaited_by(1).await;
    // Sequence 2 will be taken by the other process; sequence 3 will be free, and must not be used all the same.
    let first = ask(&one, "a", "first", Command::Spend(3));
    on_their_way(&one, "a", 1).await;
    head.awaited_by(2).await;
    let second = ask(&one, "a", "second", Command::Spend(2));
    let third = ask(&one, "b", "third", Command::Earn(1));
    on_their_way(&one, "a", 2).await;
    head.let_go().await;
    theirs.await.unwrap().unwrap();
    refused_with(first.await.unwrap(), "account.too_few");
    refused_with(second.await.unwrap(), "account.too_few");
    third.await.unwrap().unwrap();
    assert_eq!(points(&one, "a").await, (0, 2));
    assert_eq!(one.head().await.unwrap().position, 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_within_one_group(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    earned(&one, "a", 5).await;
    let mut head = Head::hold(&pool).await;
    let theirs = ask(&two, "a", "theirs", Command::Spend(5));
    head.awaited_by(1).await;
    // The writer is busy with another stream while a chain forms behind it.
    let other = ask(&one, "b", "other", Command::Earn(1));
    head.awaited_by(2).await;
    let chain: Vec<_> = [3, 1, 1]
        .into_iter()
        .enumerate()
        .map(|(n, points)| ask(&one, "a", &format!("c{n}"), Command::Spend(points)))
        .collect();
    on_their_way(&one, "a", 3).await;
    head.let_go().await;
    theirs.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    for spend in chain {
        refused_with(spend.await.unwrap(), "account.too_few");
    }
    assert_eq!(points(&one, "a").await, (0, 2));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_claim_that_is_taken_ends_its_own_command_only(pool: PgPool) {
    let store = open(&pool).await;
    let seat = || Command::TakeSeat("x".to_owned());
    ask(&store, "b", "held", seat()).await.unwrap().unwrap();
    let head = Head::hold(&pool).await;
    let before = ask(&store, "a", "before", Command::Earn(2));
    on_their_way(&store, "a", 1).await;
    let taken = ask(&store, "a", "taken", seat());
    on_their_way(&store, "a", 2).await;
    let after = ask(&store, "a", "after", Command::Spend(1));
    on_their_way(&store, "a", 3).await;
    head.let_go().await;
    before.await.unwrap().unwrap();
    refused_with(taken.await.unwrap(), "account.seat_taken");
    after.await.unwrap().unwrap();
    let loaded = store.load::<Accounts>("a").await.unwrap();
    assert_eq!((loaded.state.points, loaded.sequence), (1, 2));
    assert_eq!(loaded.state.seat, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_cannot_be_stored_ends_its_own_command_only(pool: PgPool) {
    let store = open(&pool).await;
    let head = Head::hold(&pool).await;
    let before = ask(&store, "a", "before", Command::Earn(2));
    on_their_way(&store, "a", 1).await;
    let monster = ask(&store, "a", "monster", Command::TakeSeat("x".repeat(300)));
    on_their_way(&store, "a", 2).await;
    let after = ask(&store, "a", "after", Command::Spend(1));
    on_their_way(&store, "a", 3).await;
    head.let_go().await;
    before.await.unwrap().unwrap();
    assert!(matches!(monster.await.unwrap(), Err(ExecuteError::Store(_))));
    after.await.unwrap().unwrap();
    assert_eq!(points(&store, "a").await, (1, 2));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn retries_within_a_chain_get_the_first_answer(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    earned(&one, "a", 20).await;
    let head = Head::hold(&pool).await;
    let asked: Vec<_> = (0..60)
        .map(|n| (n % 20, ask(&one, "a", &format!("c{}", n % 20), Command::Spend(1))))
        .collect();
    on_their_way(&one, "a", 20).await;
    head.let_go().await;
    let mut answers = std::collections::HashMap::new();
    for (n, answer) in asked {
        let outcome = answer.await.unwrap().unwrap().outcome;
        assert_eq!(*answers.entry(n).or_insert_with(|| outcome.clone()), outcome);
    }
    // Another process gets all of them once more, together with one that is new.
    let again: Vec<_> = (0..20)
        .map(|n| (n, ask(&two, "a", &format!("c{n}"), Command::Spend(1))))
        .collect();
    let new = ask(&two, "a", "new", Command::Earn(7));
    for (n, answer) in again {
        let answer = answer.await.unwrap().unwrap();
        assert_eq!((Some(&answer.outcome), answer.known), (answers.get(&n), true));
    }
    new.await.unwrap().unwrap();
    assert_eq!(points(&two, "a").await, (7, 22));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_caller_who_has_gone_does_not_stop_the_chain(pool: PgPool) {
    let store = open(&pool).await;
    let head = Head::hold(&pool).await;
    let gone = ask(&store, "a", "gone", Command::Earn(2));
    on_their_way(&store, "a", 1).await;
    let after = ask(&store, "a", "after", Command::Spend(1));
    on_their_way(&store, "a", 2).await;
    gone.abort();
    head.let_go().await;
    after.await.unwrap().unwrap();
    assert_eq!(points(&store, "a").await, (1, 2));
}
