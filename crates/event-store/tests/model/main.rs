//! A small exact model of append and follow, explored in every order of steps.
//!
//! It holds what docs/architecture.md says of the log: commands decided on what a process remembers and on what is on its
//! way, two groups of a process under way at once, answers that go in before the lock on the head is taken, events behind
//! it, the careful path that looks and appends in two transactions, permanent answers, refusals checked before they are
//! said, snapshots that may go, and followers whose checkpoint commits with their work. Around it: processes that die while
//! the database goes on with their calls, connections that break, transactions that abort, and clients that leave and ask
//! again. The same world with one of these sentences taken out must break a law: that is what the model's own teeth are.
//!
//! Small worlds are explored exhaustively; larger ones at random, many more with `GUANXI_TORTURE=1`. The same steps are then
//! taken by PostgreSQL and by stores that know nothing of the model ([`driver`]).
#![expect(clippy::unwrap_used, reason = "a model that is wrong may stop")]

mod database;
mod decide;
mod design;
mod driver;
mod laws;
mod people;
mod process;
mod steps;
mod world;

use stateright::{Checker as _, HasDiscoveries, Model as _, UniformChooser};

use world::{Ask, Design, Trouble, World};

const TWO: [Ask; 2] = [Ask::take("a"), Ask::take("a")];
const THREE: [Ask; 3] = [Ask::take("a"), Ask::give("a"), Ask::take("b")];
const MANY: [Ask; 6] = [
    Ask::take("a"),
    Ask::give("a"),
    Ask::take("a"),
    Ask::take("b"),
    Ask::give("b"),
    Ask::take("a"),
];

fn world(design: Design, asks: &[Ask], processes: usize, trouble: Trouble) -> World {
    World {
        design,
        asks: asks.to_vec(),
        processes,
        trouble,
        followed: true,
    }
}

const CALM: Trouble = Trouble {
    deaths: 0,
    lost: 0,
    aborts: 0,
};

fn long() -> bool {
    std::env::var("GUANXI_TORTURE").is_ok()
}

fn every_order_keeps_the_laws(world: World) {
    let checked = world.checker().threads(2).spawn_bfs().join();
    assert!(checked.is_done());
    checked.assert_properties();
}

const ONE_OF_EACH: [Trouble; 3] = [
    Trouble { deaths: 1, ..CALM },
    Trouble { lost: 1, ..CALM },
    Trouble { aborts: 1, ..CALM },
];

#[test]
fn two_commands_in_every_order_with_every_trouble() {
    let often = if long() { 2 } else { 1 };
    let trouble = Trouble {
        deaths: often,
        lost: often,
        aborts: often,
    };
    every_order_keeps_the_laws(World {
        followed: false,
        ..world(Design::AsBuilt, &TWO, 2, trouble)
    });
    for trouble in ONE_OF_EACH {
        every_order_keeps_the_laws(world(Design::AsBuilt, &TWO, 2, trouble));
    }
}

#[test]
fn three_commands_in_every_order() {
    every_order_keeps_the_laws(World {
        followed: long(),
        ..world(Design::AsBuilt, &THREE, 2, CALM)
    });
    if long() {
        for trouble in ONE_OF_EACH {
            every_order_keeps_the_laws(world(Design::AsBuilt, &THREE, 2, trouble));
        }
    }
}

#[test]
fn many_commands_at_random() {
    let trouble = Trouble {
        deaths: 3,
        lost: 3,
        aborts: 3,
    };
    let states = if long() { 20_000_000 } else { 100_000 };
    let checked = world(Design::AsBuilt, &MANY, 3, trouble)
        .checker()
        .target_state_count(states)
        .spawn_simulation(20_260_301, UniformChooser)
        .join();
    for law in laws::NAMES {
        checked.assert_no_discovery(law);
    }
}

/// Which law a world without one of the sentences breaks, and how.
fn breaks(world: World, law: &'static str) {
    let design = world.design;
    let checked = world
        .checker()
        .finish_when(HasDiscoveries::AnyOf([law].into()))
        .spawn_bfs()
        .join();
    assert!(
        checked.discovery(law).is_some(),
        "{design:?} should break the law: {law}"
    );
}

#[test]
fn without_the_lock_on_the_head_a_follower_misses_events() {
    let asks = [Ask::take("a"), Ask::take("b")];
    breaks(world(Design::NoLock, &asks, 2, CALM), laws::FOLLOWED);
    breaks(world(Design::NoLock, &asks, 2, CALM), laws::DENSE);
}

#[test]
fn behind_a_plain_fence_of_transaction_numbers_a_follower_misses_events() {
    let asks = [Ask::take("a"), Ask::take("b")];
    breaks(world(Design::PlainFence, &asks, 2, CALM), laws::FOLLOWED);
}

#[test]
fn who_looks_and_appends_with_the_head_in_its_hands_waits_in_a_circle() {
    let asks = [Ask::take("a"), Ask::take("b")];
    let trouble = Trouble { lost: 2, ..CALM };
    let unfollowed = World {
        followed: false,
        ..world(Design::LooksWithTheHead, &asks, 2, trouble)
    };
    breaks(unfollowed, laws::CIRCLE);
}

#[test]
fn a_command_that_may_be_answered_twice_is_appended_twice() {
    let asks = [Ask::take("a"), Ask::give("a")];
    let trouble = Trouble { lost: 1, ..CALM };
    breaks(world(Design::AnswersTwice, &asks, 2, trouble), laws::ONCE);
}

#[test]
fn of_two_groups_that_touch_the_second_may_come_first() {
    let asks = [Ask::take("a"), Ask::give("a")];
    breaks(world(Design::GroupsThatTouch, &asks, 1, CALM), laws::ORDER);
}

#[test]
fn a_refusal_from_a_stale_cache_is_wrong() {
    breaks(
        world(Design::StaleRefusals, &THREE_ON_ONE, 2, CALM),
        laws::REFUSED,
    );
}

#[test]
fn a_snapshot_that_applied_each_event_twice_is_wrong() {
    breaks(world(Design::AppliedTwice, &THREE_ON_ONE, 2, CALM), laws::REFUSED);
}

const THREE_ON_ONE: [Ask; 3] = [Ask::take("a"), Ask::give("a"), Ask::take("a")];
