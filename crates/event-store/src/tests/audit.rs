//! A log that was tampered with is found out, and the position is named.

use guanxi_kernel::{SubjectId, Timestamp};
use sqlx::PgPool;

use super::account::{Accounts, Command, context, context_with, open};
use crate::audit::{
    BatchFault, Checkpoint, CheckpointError, CheckpointKey, Finding, Proof, ProofError, Report, Witness,
    verify,
};
use crate::{EventStore, Keep};

/// Three accounts, twelve commands, one event a batch; then one batch of several events.
async fn fill(store: &EventStore) {
    for n in 0..12 {
        earn(store, &format!("account-{}", n % 3), n).await;
    }
    let together = (12..20).map(|n| async move { earn(store, &format!("other-{n}"), n).await });
    futures::future::join_all(together).await;
}

async fn earn(store: &EventStore, account: &str, n: i64) {
    let command = Command::Earn(n + 1);
    let context = context(store, &format!("c{n}"), &command);
    store
        .execute::<Accounts>(account, &command, &context)
        .await
        .unwrap();
}

async fn audit(pool: &PgPool, checkpoints: &[Checkpoint]) -> Report {
    verify(pool, checkpoints, Timestamp::UNIX_EPOCH, &mut |_| ())
        .await
        .unwrap()
}

async fn sql(pool: &PgPool, statements: &str) {
    sqlx::raw_sql(&format!(
        "set session_replication_role = replica; {statements}; reset session_replication_role"
    ))
    .execute(pool)
    .await
    .unwrap();
}

async fn finding(pool: &PgPool, checkpoints: &[Checkpoint]) -> Finding {
    audit(pool, checkpoints).await.finding.expect("found out")
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_whole_log_passes_and_says_how_far(pool: PgPool) {
    assert!(audit(&pool, &[]).await.passed(), "an empty log is whole");
    let store = open(&pool).await;
    fill(&store).await;
    let mut seen = Vec::new();
    let report = verify(store.pool(), &[], Timestamp::UNIX_EPOCH, &mut |progress| {
        seen.push(progress)
    })
    .await
    .unwrap();
    assert_eq!((report.finding, report.position, report.streams), (None, 20, 11));
    assert_eq!(report.chain.0, store.head().await.unwrap().chain);
    assert_eq!(
        seen.last().map(|progress| (progress.position, progress.head)),
        Some((20, 20))
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_changed_byte_is_named(pool: PgPool) {
    fill(&open(&pool).await).await;
    sql(
        &pool,
        "update log.events set payload = replace(payload::text, '\"points\":5', '\"points\":6')::json
                 where position = 5",
    )
    .await;
    assert_eq!(finding(&pool, &[]).await, Finding::Changed { position: 5 });
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn every_column_is_bound(pool: PgPool) {
    fill(&open(&pool).await).await;
    for column in [
        "event_id",
        "command_id",
        "aggregate_id",
        "event_type",
        "event_version",
    ] {
        let change = |text: &str| format!("update log.events set {column} = {text} where position = 7");
        let before: String =
            sqlx::query_scalar(&format!("select {column} from log.events where position = 7"))
                .fetch_one(&pool)
                .await
                .unwrap();
        sql(&pool, &change("'x'")).await;
        assert_eq!(finding(&pool, &[]).await.position(), 7, "{column}");
        sql(&pool, &change(&format!("'{before}'"))).await;
    }
    sql(
        &pool,
        "update log.events set metadata = (metadata::text || ' ')::json where position = 7",
    )
    .await;
    assert_eq!(finding(&pool, &[]).await, Finding::Changed { position: 7 });
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_time_of_recording_is_named(pool: PgPool) {
    fill(&open(&pool).await).await;
    sql(
        &pool,
        "update log.events set recorded_at = recorded_at + '1 us' where position = 4",
    )
    .await;
    assert_eq!(
        finding(&pool, &[]).await,
        Finding::Misplaced { position: 4, last: 4 }
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_deleted_event_is_named(pool: PgPool) {
    fill(&open(&pool).await).await;
    sql(&pool, "delete from log.events where position = 20").await;
    assert_eq!(finding(&pool, &[]).await, Finding::Missing { position: 20 });
    sql(&pool, "delete from log.events where position = 9").await;
    assert_eq!(finding(&pool, &[]).await, Finding::Missing { position: 9 });
}

const SWAP: &str = "update log.events set position = -1 where position = A;
                    update log.events set position = A where position = B;
                    update log.events set position = B where position = -1";

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_swapped_events_are_named(pool: PgPool) {
    fill(&open(&pool).await).await;
    let swap = |a: &str, b: &str| SWAP.replace('A', a).replace('B', b);
    let (n, last): (i32, i64) = sqlx::query_as("select n, last from log.batches order by n desc limit 1")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(n > 2, "concurrent commands share a batch");
    let (a, b) = (last - 1, last);
    sql(&pool, &swap(&a.to_string(), &b.to_string())).await;
    assert_eq!(
        finding(&pool, &[]).await,
        Finding::Swapped {
            position: a.unsigned_abs(),
            with: b.unsigned_abs()
        },
        "in one batch"
    );
    // Positions 3 and 6 are of one stream, 2 and 3 are of two.
    sql(&pool, &swap("3", "6")).await;
    assert!(matches!(
        finding(&pool, &[]).await,
        Finding::OutOfSequence {
            position: 3,
            before: 0,
            found: 2,
            ..
        }
    ));
    sql(&pool, &swap("3", "6")).await;
    sql(&pool, &swap("2", "3")).await;
    assert_eq!(
        finding(&pool, &[]).await,
        Finding::Misplaced { position: 2, last: 2 }
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_hash_made_to_fit_gives_the_batch_away(pool: PgPool) {
    fill(&open(&pool).await).await;
    sql(&pool, "update log.batches set root = sha256(root) where last = 8").await;
    let fault = |reason| Finding::Batch {
        position: 8,
        last: 8,
        reason,
    };
    assert_eq!(finding(&pool, &[]).await, fault(BatchFault::Root));
    sql(
        &pool,
        "update log.batches b set root = sha256(e.hash), chain = sha256(chain) from log.events e
                 where e.position = b.last and b.last = 8",
    )
    .await;
    assert_eq!(finding(&pool, &[]).await, fault(BatchFault::Chain));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_unbound_event_is_named(pool: PgPool) {
    fill(&open(&pool).await).await;
    sql(
        &pool,
        "insert into log.events select 21, 'x', null, 'account', 'x', 1, event_type, event_version, payload,
                metadata, hash, recorded_at from log.events where position = 20",
    )
    .await;
    assert_eq!(finding(&pool, &[]).await, Finding::Unbound { position: 21 });
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_tail_cut_behind_a_signed_checkpoint_is_named(pool: PgPool) {
    let store = open(&pool).await;
    fill(&store).await;
    let key = CheckpointKey::from_seed(&CheckpointKey::new_seed().unwrap()).unwrap();
    let head = Checkpoint::of_head(store.pool()).await.unwrap().unwrap();
    let document = serde_json::to_string(&key.sign(&head)).unwrap();
    let signed: crate::audit::SignedCheckpoint = serde_json::from_str(&document).unwrap();
    let checkpoint = signed.check(&[key.public()]).unwrap();
    assert!(audit(&pool, std::slice::from_ref(&checkpoint)).await.passed());

    sql(
        &pool,
        "delete from log.events where position > 10; delete from log.batches where last > 10",
    )
    .await;
    let cut = |witness| Finding::Cut {
        position: 11,
        known: 20,
        witness,
    };
    assert_eq!(
        finding(&pool, std::slice::from_ref(&checkpoint)).await,
        cut(Witness::Checkpoint)
    );
    assert_eq!(
        finding(&pool, &[]).await,
        cut(Witness::Answer),
        "the answers remember it too"
    );
    let cut_off = "delete from log.commands c where not exists (select from log.events e
         where e.aggregate_id = c.aggregate_id and e.sequence = c.first_sequence)";
    sql(&pool, cut_off).await;
    assert!(
        audit(&pool, &[]).await.passed(),
        "without a witness nobody can know"
    );

    // The log goes on, and is longer than it was: the checkpoint still sees another one.
    for n in 30..45 {
        earn(&store, &format!("later-{n}"), n).await;
    }
    assert!(matches!(
        finding(&pool, &[checkpoint]).await,
        Finding::Rewritten { position: 20, .. }
    ));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_checkpoint_is_believed_only_from_a_trusted_key(pool: PgPool) {
    let store = open(&pool).await;
    earn(&store, "a", 1).await;
    let head = Checkpoint::of_head(store.pool()).await.unwrap().unwrap();
    let new_key = || CheckpointKey::from_seed(&CheckpointKey::new_seed().unwrap()).unwrap();
    let (key, stranger) = (new_key(), new_key());
    let mut signed = key.sign(&head);
    assert_eq!(signed.check(&[stranger.public(), key.public()]), Ok(head.clone()));
    assert_eq!(
        signed.check(&[stranger.public()]),
        Err(CheckpointError::Untrusted)
    );
    signed.position += 1;
    assert_eq!(signed.check(&[key.public()]), Err(CheckpointError::Signature));
    signed.format = "guanxi.checkpoint.v9".to_owned();
    assert_eq!(signed.check(&[key.public()]), Err(CheckpointError::Format));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_event_is_proved_to_somebody_who_has_only_a_checkpoint(pool: PgPool) {
    let store = open(&pool).await;
    fill(&store).await;
    let head = Checkpoint::of_head(store.pool()).await.unwrap().unwrap();
    for position in [1, 7, 13, 19, 20] {
        let proof = Proof::of(store.pool(), position, head.position)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(proof.check(proof.event, &head), Ok(()), "position {position}");
        let mut other = proof.clone();
        other.batches.last_mut().unwrap().recorded_at_us += 1;
        assert_eq!(other.check(other.event, &head), Err(ProofError::OtherChain));
        assert_eq!(proof.check(proof.before, &head), Err(ProofError::OtherEvent));
    }
    assert_eq!(Proof::of(store.pool(), 21, head.position).await.unwrap(), None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_erasure_changes_no_hash(pool: PgPool) {
    let store = open(&pool).await;
    let new = store.vault().new_subject(SubjectId::new("s1").unwrap()).unwrap();
    let lookup = new
        .key
        .seal(&store.vault().lookup_hash("name", "Li Lei"))
        .unwrap();
    let sealed = new.key.seal(&"Li Lei".to_owned()).unwrap();
    let command = Command::Name(sealed.clone(), lookup);
    let named = context_with(&store, "c1", &command, Keep::Appended, vec![new.stored]);
    store.execute::<Accounts>("a", &command, &named).await.unwrap();
    let before = Checkpoint::of_head(store.pool()).await.unwrap().unwrap();
    let erase = Command::Erase;
    store
        .execute::<Accounts>("a", &erase, &context(&store, "c2", &erase))
        .await
        .unwrap();
    assert!(
        store
            .vault()
            .keys(&[sealed.subject])
            .await
            .unwrap()
            .get(&SubjectId::new("s1").unwrap())
            .is_none()
    );
    let report = audit(&pool, &[before]).await;
    assert_eq!((report.finding, report.position), (None, 2));
}
