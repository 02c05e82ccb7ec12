//! What must hold in every state.

use stateright::Property;

use super::world::{Client, State, World};

pub const ONCE: &str = "every acknowledged command is in the log once, no other twice";
pub const DENSE: &str = "positions are dense and become visible in order";
pub const ORDER: &str = "each stream's events are in the order of the log, and its rule holds";
pub const FOLLOWED: &str = "a follower has each event up to its checkpoint once, in order";
pub const REFUSED: &str = "who was refused was refused rightly, and nothing of it is in the log";
pub const CIRCLE: &str = "nobody waits in a circle";

pub const NAMES: [&str; 6] = [ONCE, DENSE, ORDER, FOLLOWED, REFUSED, CIRCLE];

pub fn all() -> Vec<Property<World>> {
    vec![
        Property::always(ONCE, |_, state| once(state)),
        Property::always(DENSE, |_, state| dense(state)),
        Property::always(ORDER, order),
        Property::always(FOLLOWED, |_, state| followed(state)),
        Property::always(REFUSED, |_, state| refused(state)),
        Property::always(CIRCLE, circle),
        // A world in which nothing happens would keep every law.
        Property::sometimes("all are answered", |_, state: &State| {
            let done = |client: &Client| matches!(client, Client::Appended | Client::Refused { .. });
            state.clients.iter().all(done)
        }),
    ]
}

fn times(state: &State, ask: usize) -> usize {
    state.log.iter().filter(|event| event.ask == ask).count()
}

fn once(state: &State) -> bool {
    let kept = |(ask, client): (usize, &Client)| match client {
        Client::Appended => times(state, ask) == 1,
        _ => times(state, ask) <= 1,
    };
    state.clients.iter().enumerate().all(kept)
}

fn dense(state: &State) -> bool {
    state
        .log
        .iter()
        .enumerate()
        .all(|(place, event)| usize::from(event.position) == place + 1)
}

fn order(world: &World, state: &State) -> bool {
    let mut by_position = state.log.clone();
    by_position.sort_by_key(|event| event.position);
    world.asks.iter().all(|ask| {
        let (mut taken, mut sequence) = (0, 0);
        let ours = by_position.iter().filter(|event| event.stream == ask.stream);
        ours.into_iter().all(|event| {
            taken += event.change;
            sequence += 1;
            event.sequence == sequence && (0..=1).contains(&taken)
        })
    })
}

fn followed(state: &State) -> bool {
    let mut due: Vec<u8> = state.log.iter().map(|event| event.position).collect();
    due.retain(|position| *position <= state.checkpoint.1);
    due.sort_unstable();
    due == state.followed
}

fn refused(state: &State) -> bool {
    let rightly = |(ask, client): (usize, &Client)| match client {
        // Who leaves and asks elsewhere may be refused there for good reason, while what it left behind goes on.
        Client::Refused { rightly, again } => *rightly && (*again || times(state, ask) == 0),
        _ => true,
    };
    state.clients.iter().enumerate().all(rightly)
}

/// Of calls that wait for each other, PostgreSQL would have to end one.
fn circle(world: &World, state: &State) -> bool {
    (0..state.calls.len()).all(|first| {
        let behind = std::iter::successors(world.waits_for(state, first), |at| world.waits_for(state, *at));
        behind.take(state.calls.len()).all(|at| at != first)
    })
}
