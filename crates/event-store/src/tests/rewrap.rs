//! The master key is changed while everything stays readable.

use guanxi_kernel::SubjectId;
use sqlx::PgPool;

use super::account::{Accounts, Command, context, context_with, open, open_with};
use crate::vault::{Rewrapped, rewrap};
use crate::{EventStore, ExecuteError, Keep, MasterKey, StoreError, StoreOptions};

const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 32] = [8; 32];

fn options(current: [u8; 32], previous: Option<[u8; 32]>) -> StoreOptions {
    let mut options = StoreOptions::new(MasterKey::new(current));
    options.previous_master_key = previous.map(MasterKey::new);
    options
}

async fn name(store: &EventStore, subject: &str, name: &str) -> Result<(), ExecuteError> {
    let new = store
        .vault()
        .new_subject(SubjectId::new(subject).unwrap())
        .unwrap();
    let lookup = new.key.seal(&store.vault().lookup_hash("name", name)).unwrap();
    let command = Command::Name(new.key.seal(&name.to_owned()).unwrap(), lookup);
    let context = context_with(store, subject, &command, Keep::Appended, vec![new.stored]);
    store
        .execute::<Accounts>(subject, &command, &context)
        .await
        .map(drop)
}

async fn readable(store: &EventStore, subjects: &[&str]) -> bool {
    let subjects: Vec<_> = subjects
        .iter()
        .map(|subject| SubjectId::new(subject).unwrap())
        .collect();
    let keys = store.vault().keys(&subjects).await;
    keys.is_ok_and(|keys| subjects.iter().all(|subject| keys.get(subject).is_some()))
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_master_key_is_changed_under_a_running_log(pool: PgPool) {
    let before = open(&pool).await;
    name(&before, "s1", "Li Lei").await.unwrap();
    name(&before, "s2", "Han Meimei").await.unwrap();

    let both = open_with(&pool, options(NEW, Some(OLD))).await.unwrap();
    name(&both, "s3", "Lucy").await.unwrap();
    assert!(readable(&both, &["s1", "s2", "s3"]).await, "old and new keys");
    assert!(
        matches!(name(&both, "s4", "Li Lei").await, Err(ExecuteError::Refused(_))),
        "identities compare as before"
    );
    let earn = Command::Earn(1);
    assert_eq!(
        context(&both, "c", &earn).digest,
        context(&before, "c", &earn).digest,
        "and so do contents"
    );

    let (old, new) = (MasterKey::new(OLD), MasterKey::new(NEW));
    let done = rewrap(both.pool(), &old, &new, &mut |_| ()).await.unwrap();
    assert_eq!(done.rewrapped, 2);
    let again = rewrap(both.pool(), &old, &new, &mut |_| ()).await.unwrap();
    assert_eq!(
        again,
        Rewrapped {
            rewrapped: 0,
            seen: 3
        }
    );

    let after = open_with(&pool, options(NEW, None)).await.unwrap();
    assert!(readable(&after, &["s1", "s2", "s3"]).await);
    assert!(matches!(
        name(&after, "s5", "Li Lei").await,
        Err(ExecuteError::Refused(_))
    ));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_wrong_master_key_is_found_out_at_the_start(pool: PgPool) {
    drop(open(&pool).await);
    let wrong = open_with(&pool, options(NEW, None)).await;
    assert!(matches!(wrong, Err(StoreError::WrongMasterKey)));
    let (stranger, new) = (MasterKey::new([9; 32]), MasterKey::new(NEW));
    let refused = rewrap(&pool, &stranger, &new, &mut |_| ()).await;
    assert!(matches!(refused, Err(StoreError::WrongMasterKey)));
}
