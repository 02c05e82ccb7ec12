//! What was erased stays erased, also after an older backup was restored.

use std::path::PathBuf;

use guanxi_kernel::{MemberId, SubjectId};
use sqlx::PgPool;

use super::account::{Accounts, Command, context, context_with, open_with};
use crate::erasure::{ErasureList, Reapplied, reapply};
use crate::{EventStore, Keep, MasterKey, StoreOptions};

fn file() -> PathBuf {
    std::env::temp_dir().join(format!("guanxi-erasures-{}", uuid::Uuid::now_v7()))
}

async fn open(pool: &PgPool, file: &std::path::Path) -> EventStore {
    let mut options = StoreOptions::new(MasterKey::new([7; 32]));
    options.erasures_file = Some(file.to_owned());
    open_with(pool, options).await.unwrap()
}

async fn name_and_erase(store: &EventStore, subject: &SubjectId) {
    let new = store.vault().new_subject(subject.clone()).unwrap();
    let lookup = new
        .key
        .seal(&store.vault().lookup_hash("name", subject.as_str()))
        .unwrap();
    let command = Command::Name(new.key.seal(&"Li Lei".to_owned()).unwrap(), lookup);
    let named = context_with(
        store,
        &format!("name {subject}"),
        &command,
        Keep::Appended,
        vec![new.stored],
    );
    store
        .execute::<Accounts>(subject.as_str(), &command, &named)
        .await
        .unwrap();
    let member = MemberId::new("m1").unwrap();
    store
        .vault()
        .adopt(std::slice::from_ref(subject), &member)
        .await
        .unwrap();
    let erase = context(store, &format!("erase {subject}"), &Command::Erase);
    store
        .execute::<Accounts>(subject.as_str(), &Command::Erase, &erase)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_restored_key_is_destroyed_again(pool: PgPool) {
    let file = file();
    let subject = SubjectId::new("s1").unwrap();
    name_and_erase(&open(&pool, &file).await, &subject).await;
    let (listed, damaged) = ErasureList::new(&file).read().await.unwrap();
    assert_eq!((listed.len(), damaged), (1, 0));
    assert_eq!(
        (
            listed[0].subject.as_str(),
            listed[0].owner.as_ref().map(MemberId::as_str)
        ),
        ("s1", Some("m1"))
    );

    // An older backup: the key is there, and who owns it was not known yet.
    sqlx::query("update log.subject_keys set wrapped = '\\x00', destroyed_at = null, owner = null")
        .execute(&pool)
        .await
        .unwrap();
    let done = reapply(&pool, &file).await.unwrap();
    let expected = Reapplied {
        destroyed: 1,
        members: vec![MemberId::new("m1").unwrap()],
        ..Reapplied::default()
    };
    assert_eq!(done, expected);
    assert_eq!(
        reapply(&pool, &file).await.unwrap(),
        Reapplied::default(),
        "again changes nothing"
    );
    std::fs::remove_file(file).unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_next_start_lists_what_a_crash_kept_from_the_list(pool: PgPool) {
    let file = file();
    name_and_erase(&open(&pool, &file).await, &SubjectId::new("s1").unwrap()).await;
    std::fs::write(&file, "").unwrap();
    drop(open(&pool, &file).await);
    assert_eq!(ErasureList::new(&file).read().await.unwrap().0.len(), 1);
    std::fs::remove_file(file).unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_list_that_cannot_be_written_does_not_undo_the_erasure(pool: PgPool) {
    let file = file();
    let store = open(&pool, &file).await;
    std::fs::create_dir(&file).unwrap();
    let subject = SubjectId::new("s1").unwrap();
    name_and_erase(&store, &subject).await;
    assert!(
        store
            .vault()
            .keys(std::slice::from_ref(&subject))
            .await
            .unwrap()
            .get(&subject)
            .is_none()
    );
    std::fs::remove_dir(file).unwrap();
}
