//! Which steps are taken: all of a small world, in as few runs as a simple search finds, or random ones.

use std::collections::{HashMap, HashSet, VecDeque};

use stateright::Model as _;

use super::drive::{Differs, Drive};
use super::expected::{Name, Outcome, outcomes, steps};
use crate::world::{Client, State, World};

/// A small world as far as it can be steered: by state the steps from outside, and what can come of them.
pub struct Map {
    ways: HashMap<State, Vec<(Name, Vec<State>)>>,
    open: HashSet<(State, Name)>,
}

impl Map {
    pub fn of(world: &World) -> Self {
        let mut ways = HashMap::new();
        let mut waiting: Vec<State> = world.init_states();
        let mut open = HashSet::new();
        while let Some(state) = waiting.pop() {
            if ways.contains_key(&state) {
                continue;
            }
            let mut from = Vec::new();
            for (name, step) in steps(world, &state) {
                let to: Vec<State> = outcomes(world, &state, step)
                    .into_iter()
                    .map(|Outcome { state, .. }| state)
                    .collect();
                waiting.extend(to.iter().cloned());
                open.insert((state.clone(), name.clone()));
                from.push((name, to));
            }
            ways.insert(state, from);
        }
        Self { ways, open }
    }

    /// Steps that were not taken yet.
    pub fn left(&self) -> usize {
        self.open.len()
    }

    fn taken(&mut self, state: &State, step: &Name) {
        self.open.remove(&(state.clone(), step.clone()));
    }

    /// The first step of a shortest way to one that was not taken yet.
    fn towards_open(&self, from: &State) -> Option<Name> {
        let mut met = HashSet::from([from]);
        let mut reached: VecDeque<(&State, Option<&Name>)> = VecDeque::from([(from, None)]);
        while let Some((state, first)) = reached.pop_front() {
            for (name, to) in self.ways.get(state)? {
                let first = first.unwrap_or(name);
                if self.open.contains(&(state.clone(), name.clone())) {
                    return Some(first.clone());
                }
                for next in to {
                    if met.insert(next) {
                        reached.push_back((next, Some(first)));
                    }
                }
            }
        }
        None
    }
}

/// One run through what is open, to an end.
pub async fn run(drive: &mut Drive, map: &mut Map) -> Result<(), Box<Differs>> {
    drive.begin().await;
    loop {
        let state = drive.states[0].state.clone();
        let next = map.towards_open(&state).or_else(|| to_the_end(drive));
        let Some(next) = next else { break };
        map.taken(&state, &next);
        drive.step(&next).await?;
    }
    drive.check().await;
    Ok(())
}

/// One run of random steps, to an end.
pub async fn random(drive: &mut Drive, dice: &mut Dice) -> Result<(), Box<Differs>> {
    drive.begin().await;
    while let Some(quiet) = to_the_end(drive) {
        let steps = drive.steps();
        // Troubles are few in the world, and would be over at once if all steps were alike.
        let next = if dice.roll(3) == 0 {
            steps[dice.roll(steps.len())].0.clone()
        } else {
            quiet
        };
        drive.step(&next).await?;
    }
    drive.check().await;
    Ok(())
}

/// A step by which the world comes to its end; nothing when everybody has an answer and nothing is under way.
fn to_the_end(drive: &Drive) -> Option<Name> {
    let state = &drive.states[0].state;
    let at_rest = state
        .clients
        .iter()
        .all(|client| matches!(client, Client::Appended | Client::Refused { .. }))
        && state.calls.is_empty()
        && state
            .processes
            .iter()
            .all(|process| process.queue.is_empty() && process.lanes.iter().all(Option::is_none))
        && state.workers.iter().all(|worker| worker.work.is_none());
    let trouble = |(name, _): &(Name, _)| {
        use crate::steps::Step::{Abort, Cut, Die, Forget, Leave, Read};
        let (step, _) = name;
        matches!(step, Abort(_) | Cut { .. } | Die(_) | Forget(_) | Leave(_))
            || at_rest && !matches!(step, Read(_))
    };
    drive
        .steps()
        .into_iter()
        .find(|step| !trouble(step))
        .map(|(name, _)| name)
}

/// Seeded dice.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}
