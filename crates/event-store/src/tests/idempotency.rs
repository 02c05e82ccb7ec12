//! One answer for one command id, for ever.

use sqlx::PgPool;

use super::account::{Accounts, Command, context, context_with, open};
use crate::{ExecuteError, Keep, Outcome};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_retry_gets_the_first_answer(pool: PgPool) {
    let store = open(&pool).await;
    let command = Command::Earn(5);
    let first = store
        .execute::<Accounts>("a", &command, &context(&store, "c1", &command))
        .await
        .unwrap();
    for store in [store.clone(), open(&pool).await] {
        let again = store
            .execute::<Accounts>("a", &command, &context(&store, "c1", &command))
            .await
            .unwrap();
        assert_eq!((again.outcome, again.known), (first.outcome.clone(), true));
    }
    assert_eq!(store.head().await.unwrap().position, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_retry_of_what_can_no_longer_be_done_gets_the_first_answer(pool: PgPool) {
    let store = open(&pool).await;
    let (earn, spend) = (Command::Earn(5), Command::Spend(5));
    store
        .execute::<Accounts>("a", &earn, &context(&store, "c1", &earn))
        .await
        .unwrap();
    store
        .execute::<Accounts>("a", &spend, &context(&store, "c2", &spend))
        .await
        .unwrap();
    let again = store
        .execute::<Accounts>("a", &spend, &context(&store, "c2", &spend))
        .await
        .unwrap();
    assert_eq!(again.outcome, Outcome::Appended { first: 2, last: 2 });
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_id_with_other_content_is_an_alarm(pool: PgPool) {
    let store = open(&pool).await;
    let (five, six) = (Command::Earn(5), Command::Earn(6));
    store
        .execute::<Accounts>("a", &five, &context(&store, "c1", &five))
        .await
        .unwrap();
    for stream in ["a", "b"] {
        let error = store
            .execute::<Accounts>(stream, &six, &context(&store, "c1", &six))
            .await
            .unwrap_err();
        assert!(matches!(error, ExecuteError::DigestMismatch(_)), "{error}");
    }
    assert_eq!(store.head().await.unwrap().position, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_policys_refusal_is_kept_and_a_callers_is_not(pool: PgPool) {
    let store = open(&pool).await;
    let spend = Command::Spend(5);
    for (id, keep) in [("kept", Keep::Everything), ("not-kept", Keep::Appended)] {
        let context = context_with(&store, id, &spend, keep, Vec::new());
        let error = store
            .execute::<Accounts>("a", &spend, &context)
            .await
            .unwrap_err();
        assert!(matches!(error, ExecuteError::Refused(refused) if refused.code == "account.too_few"));
    }
    let earn = Command::Earn(10);
    store
        .execute::<Accounts>("a", &earn, &context(&store, "earn", &earn))
        .await
        .unwrap();
    let kept = context_with(&store, "kept", &spend, Keep::Everything, Vec::new());
    assert!(store.execute::<Accounts>("a", &spend, &kept).await.is_err());
    assert!(
        store
            .execute::<Accounts>("a", &spend, &context(&store, "not-kept", &spend))
            .await
            .is_ok()
    );
    assert_eq!(store.head().await.unwrap().position, 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_hundred_deliveries_at_once_are_one_command(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        tasks.spawn(async move {
            let command = Command::Earn(5);
            let context = context(&store, "c1", &command);
            store
                .execute::<Accounts>("a", &command, &context)
                .await
                .unwrap()
                .outcome
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        assert_eq!(outcome.unwrap(), Outcome::Appended { first: 1, last: 1 });
    }
    assert_eq!(one.head().await.unwrap().position, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_cannot_be_stored_does_not_harm_its_neighbours(pool: PgPool) {
    let store = open(&pool).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let store = store.clone();
        tasks.spawn(async move {
            // A key of 300 bytes breaks a check of the table in the middle of a group.
            let seat = if n == 20 { "x".repeat(300) } else { format!("s{n}") };
            let command = Command::TakeSeat(seat);
            let context = context(&store, &format!("c{n}"), &command);
            store
                .execute::<Accounts>(&format!("a{n}"), &command, &context)
                .await
                .is_ok()
        });
    }
    let mut good = 0;
    while let Some(done) = tasks.join_next().await {
        good += usize::from(done.unwrap());
    }
    assert_eq!((good, store.head().await.unwrap().position), (39, 39));
}
