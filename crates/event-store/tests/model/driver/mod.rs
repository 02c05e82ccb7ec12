//! The model's schedules on PostgreSQL: stores that know nothing of the model take its steps in its order, and behind each
//! step what is seen of them, of the log and of its follower must be what the model says.
//!
//! Each store is a process with a runtime and a [wire] of its own. Calls stand still on the wire, before they are sent and
//! before they are answered, and at two [gates] inside of `log.append`; the rest goes as fast as it can, and where the model
//! leaves open what comes of that, all outcomes are followed. No step waits for a time to pass: a step is over when the
//! world looks as the model says, and has failed when it does not for so long that it never will.

mod connection;
mod drive;
mod expected;
mod frames;
mod gates;
mod look;
mod piece;
mod probes;
mod process;
mod teeth;
mod walk;
mod wire;
mod worker;

use std::sync::atomic::{AtomicUsize, Ordering};

use guanxi_event_store::MIGRATOR;
use sqlx::PgPool;

use crate::world::{Ask, Design, Trouble, World};
use crate::{CALM, MANY, TWO, long, world};
use drive::Drive;
use walk::{Dice, Map};

/// Runs have numbers of their own, as all tests share the failpoints.
fn next_run() -> usize {
    static RUNS: AtomicUsize = AtomicUsize::new(1);
    RUNS.fetch_add(1, Ordering::Relaxed)
}

/// A command's id: the number of the run and that of the command.
fn id(run: usize, client: usize) -> String {
    format!("{}{run}-{client}", frames::ID)
}

fn as_it_is(definition: String) -> String {
    definition
}

/// Steps of a small world, each at least once; all of them, or those of so many runs.
async fn takes_every_step(world: World, pool: &PgPool, most: usize) {
    let mut map = Map::of(&world);
    let mut drive = Drive::start(world, pool, as_it_is).await;
    let mut runs = 0;
    while map.left() > 0 && runs < most {
        let before = map.left();
        let taken = walk::run(&mut drive, &mut map).await;
        assert!(taken.is_ok(), "{taken:#?}");
        assert!(map.left() < before, "a run takes a new step");
        runs += 1;
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_every_step_of_two_commands(pool: PgPool) {
    let unfollowed = World {
        followed: false,
        ..world(Design::AsBuilt, &TWO, 2, CALM)
    };
    takes_every_step(unfollowed, &pool, usize::MAX).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_every_step_of_two_groups_of_one_process(pool: PgPool) {
    let asks = [Ask::take("a"), Ask::take("b")];
    let unfollowed = World {
        followed: false,
        ..world(Design::AsBuilt, &asks, 1, CALM)
    };
    takes_every_step(unfollowed, &pool, usize::MAX).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_every_step_of_a_follower(pool: PgPool) {
    let forgets = Trouble { deaths: 1, ..CALM };
    takes_every_step(
        world(Design::AsBuilt, &[Ask::take("a")], 1, forgets),
        &pool,
        usize::MAX,
    )
    .await;
}

/// Two commands and one trouble: so many runs, or all.
async fn in_trouble(trouble: Trouble, pool: &PgPool) {
    let troubled = World {
        followed: false,
        ..world(Design::AsBuilt, &TWO, 2, trouble)
    };
    takes_every_step(troubled, pool, if long() { usize::MAX } else { 25 }).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_steps_with_a_death(pool: PgPool) {
    in_trouble(Trouble { deaths: 1, ..CALM }, &pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_steps_with_a_lost_answer(pool: PgPool) {
    in_trouble(Trouble { lost: 1, ..CALM }, &pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_steps_with_an_abort(pool: PgPool) {
    in_trouble(Trouble { aborts: 1, ..CALM }, &pool).await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn postgresql_takes_random_steps_of_many_commands(pool: PgPool) {
    let trouble = Trouble {
        deaths: 1,
        lost: 2,
        aborts: 2,
    };
    let mut drive = Drive::start(world(Design::AsBuilt, &MANY, 2, trouble), &pool, as_it_is).await;
    for seed in 1..=if long() { 1_000 } else { 12 } {
        let taken = walk::random(&mut drive, &mut Dice(seed)).await;
        assert!(taken.is_ok(), "seed {seed}: {taken:#?}");
    }
}
