//! Personal data under a key that can be destroyed.

use guanxi_kernel::{ClaimKey, StreamRef, SubjectId};
use sqlx::PgPool;

use super::account::{Accounts, Command, context, context_with, open};
use crate::{EventStore, Keep};

async fn name(store: &EventStore, account: &str, subject: &str, name: &str) -> bool {
    let new = store
        .vault()
        .new_subject(SubjectId::new(subject).unwrap())
        .unwrap();
    let lookup = store.vault().lookup_hash("name", name);
    let command = Command::Name(
        new.key.seal(&name.to_owned()).unwrap(),
        new.key.seal(&lookup).unwrap(),
    );
    let context = context_with(store, subject, &command, Keep::Appended, vec![new.stored]);
    store
        .execute::<Accounts>(account, &command, &context)
        .await
        .is_ok()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_sealed_name_is_unique_until_it_is_erased(pool: PgPool) {
    let store = open(&pool).await;
    assert!(name(&store, "a", "s1", "Li Lei").await);
    assert!(!name(&store, "b", "s2", " Li Lei").await, "the same person twice");
    let state = store.load::<Accounts>("a").await.unwrap();
    assert_eq!(state.state.subjects.len(), 1);

    let erase = Command::Erase;
    store
        .execute::<Accounts>("a", &erase, &context(&store, "erase", &erase))
        .await
        .unwrap();
    assert!(
        store
            .vault()
            .keys(&state.state.subjects)
            .await
            .unwrap()
            .get(&state.state.subjects[0])
            .is_none()
    );
    assert!(name(&store, "b", "s3", "Li Lei").await, "free again");
    let wrapped: Option<Vec<u8>> =
        sqlx::query_scalar("select wrapped from log.subject_keys where subject = 's1'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(wrapped, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_sealed_claim_has_a_holder(pool: PgPool) {
    let store = open(&pool).await;
    let new = store.vault().new_subject(SubjectId::new("s1").unwrap()).unwrap();
    let lookup = new
        .key
        .seal(&store.vault().lookup_hash("name", "Han Meimei"))
        .unwrap();
    let command = Command::Name(new.key.seal(&"Han Meimei".to_owned()).unwrap(), lookup.clone());
    let context = context_with(&store, "c1", &command, Keep::Appended, vec![new.stored]);
    store.execute::<Accounts>("a", &command, &context).await.unwrap();
    let holders = store
        .holders(&[ClaimKey::sealed("account.name", lookup)])
        .await
        .unwrap();
    assert_eq!(holders, [Some(StreamRef::new("account", "a"))]);
}
