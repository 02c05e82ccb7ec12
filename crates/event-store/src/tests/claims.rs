//! A key belongs to one stream at a time.

use sqlx::PgPool;

use guanxi_kernel::{ClaimKey, StreamRef};

use super::account::{Accounts, Command, context, open};
use crate::ExecuteError;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_64_takers_through_two_processes_one_wins(pool: PgPool) {
    let (one, two) = (open(&pool).await, open(&pool).await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..64 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        tasks.spawn(async move {
            let command = Command::TakeSeat("12a".to_owned());
            let context = context(&store, &format!("c{n}"), &command);
            store
                .execute::<Accounts>(&format!("a{n}"), &command, &context)
                .await
        });
    }
    let (mut won, mut refused) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Ok(_) => won += 1,
            Err(ExecuteError::Refused(why)) if why.code == "account.seat_taken" => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won, refused), (1, 63));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_key_given_back_can_be_taken(pool: PgPool) {
    let store = open(&pool).await;
    let (take, leave) = (Command::TakeSeat("1".to_owned()), Command::LeaveSeat);
    store
        .execute::<Accounts>("a", &take, &context(&store, "c1", &take))
        .await
        .unwrap();
    let seats = [
        ClaimKey::open("account.seat", "1"),
        ClaimKey::open("account.seat", "2"),
    ];
    assert_eq!(
        store.holders(&seats).await.unwrap(),
        [Some(StreamRef::new("account", "a")), None]
    );
    store
        .execute::<Accounts>("a", &leave, &context(&store, "c2", &leave))
        .await
        .unwrap();
    store
        .execute::<Accounts>("b", &take, &context(&store, "c3", &take))
        .await
        .unwrap();
}
