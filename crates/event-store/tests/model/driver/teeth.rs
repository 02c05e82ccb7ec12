//! The same schedules on databases that have lost what makes them safe: each time the drive must see it.

use sqlx::PgPool;

use guanxi_event_store::MIGRATOR;

use super::as_it_is;
use super::drive::{Differs, Drive};
use super::gates::{Gate, TAKES_THE_HEAD};
use super::walk::{self, Map};
use crate::steps::Step;
use crate::world::{Ask, Design, Trouble, World};
use crate::{CALM, TWO, world};

/// Takes steps until something differs.
async fn differs(world: World, pool: &PgPool, changed: impl Fn(String) -> String) -> Box<Differs> {
    let mut map = Map::of(&world);
    let mut drive = Drive::start(world, pool, changed).await;
    // Where something is missing it may never come: no need to wait as long as for what must come.
    drive.patience = std::time::Duration::from_secs(2);
    while map.left() > 0 {
        if let Err(differs) = walk::run(&mut drive, &mut map).await {
            assert!(
                !differs.taken.is_empty(),
                "the first step is to ask, where nothing can differ"
            );
            return differs;
        }
    }
    unreachable!("nothing differs");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_the_lock_on_the_head_two_calls_write_at_once(pool: PgPool) {
    let asks = [Ask::take("a"), Ask::take("b")];
    let unfollowed = World {
        followed: false,
        ..world(Design::AsBuilt, &asks, 2, CALM)
    };
    let unlocked = |definition: String| definition.replace(TAKES_THE_HEAD, "");
    let differs = differs(unfollowed, &pool, unlocked).await;
    let seen = differs.seen.unwrap();
    assert!(matches!(differs.step.0, Step::Head(_)));
    assert!(differs.expected.iter().all(|expected| expected.waiting.head == 1));
    let writing = seen
        .waiting
        .gates
        .iter()
        .filter(|(gate, _)| *gate == Gate::Commit)
        .count();
    let (head, same) = (seen.waiting.head, seen.waiting.same);
    assert_eq!(
        (writing, head, same),
        (1, 0, 1),
        "the second one writes the position that the first one writes"
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_the_key_of_answers_nobody_waits_for_the_same_command(pool: PgPool) {
    sqlx::raw_sql("alter table log.commands drop constraint commands_pkey")
        .execute(&pool)
        .await
        .unwrap();
    let unfollowed = World {
        followed: false,
        ..world(Design::AsBuilt, &TWO, 2, Trouble { lost: 1, ..CALM })
    };
    let differs = differs(unfollowed, &pool, as_it_is).await;
    assert!(matches!(differs.step.0, Step::Call { .. }), "{differs:#?}");
    let seen = differs.seen.unwrap();
    assert_eq!(seen.waiting.same, 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn without_the_key_of_checkpoints_two_workers_write_the_same(pool: PgPool) {
    sqlx::raw_sql("alter table follow.checkpoints drop constraint checkpoints_pkey")
        .execute(&pool)
        .await
        .unwrap();
    let differs = differs(
        world(Design::AsBuilt, &[Ask::take("a")], 1, CALM),
        &pool,
        as_it_is,
    )
    .await;
    assert!(matches!(differs.step.0, Step::Save(_)), "{differs:#?}");
}
