//! A small exact model of append and follow, explored in every order of steps.
//!
//! It holds what docs/architecture.md says of the log: the lock on its head, groups, checks in the database on the
//! careful path, permanent answers, refusals checked before they are said, snapshots that may go, and followers whose
//! checkpoint commits with their work. Around it: processes that die, answers that are lost, transactions that abort, and
//! clients that ask again. The same world with one of these sentences taken out must break a law: that is what the
//! model's own teeth are.
//!
//! Small worlds are explored exhaustively; larger ones at random, many more with `GUANXI_TORTURE=1`.
#![expect(clippy::unwrap_used, reason = "a model that is wrong may stop")]

mod effects;
mod laws;
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

fn every_order_keeps_the_laws(asks: &[Ask], trouble: Trouble) {
    let checked = world(Design::AsBuilt, asks, 2, trouble)
        .checker()
        .threads(2)
        .spawn_bfs()
        .join();
    assert!(checked.is_done());
    checked.assert_properties();
}

#[test]
fn two_commands_in_every_order_with_every_trouble() {
    for (deaths, lost, aborts) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
        every_order_keeps_the_laws(&TWO, Trouble { deaths, lost, aborts });
    }
    if long() {
        let trouble = Trouble {
            deaths: 2,
            lost: 2,
            aborts: 2,
        };
        every_order_keeps_the_laws(&TWO, trouble);
    }
}

#[test]
fn three_commands_in_every_order() {
    every_order_keeps_the_laws(&THREE, CALM);
    if long() {
        for (deaths, lost, aborts) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let trouble = Trouble { deaths, lost, aborts };
            every_order_keeps_the_laws(&THREE, trouble);
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
fn breaks(design: Design, asks: &[Ask], law: &'static str) {
    let checked = world(design, asks, 2, CALM)
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
    breaks(Design::NoLock, &asks, laws::FOLLOWED);
    breaks(Design::NoLock, &asks, laws::DENSE);
}

#[test]
fn behind_a_plain_fence_of_transaction_numbers_a_follower_misses_events() {
    let asks = [Ask::take("a"), Ask::take("b")];
    breaks(Design::PlainFence, &asks, laws::FOLLOWED);
}

#[test]
fn a_refusal_from_a_stale_cache_is_wrong() {
    breaks(Design::StaleRefusals, &THREE_ON_ONE, laws::REFUSED);
}

#[test]
fn a_snapshot_that_applied_each_event_twice_is_wrong() {
    breaks(Design::AppliedTwice, &THREE_ON_ONE, laws::REFUSED);
}

const THREE_ON_ONE: [Ask; 3] = [Ask::take("a"), Ask::give("a"), Ask::take("a")];
