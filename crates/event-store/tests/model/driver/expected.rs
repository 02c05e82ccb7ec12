//! What the model expects to see: a step's outcomes, once all that happens by itself has happened.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use stateright::Model as _;

use super::gates::{Gate, Waiting};
use crate::steps::Step;
use crate::world::{Client, Progress, Stage, State, Verdict, Way, World};

/// What can be seen of a world from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Command, stream and sequence, in the order of positions.
    pub log: Vec<(usize, String, u8)>,
    /// Process, stage and commands of all calls on the wires.
    pub calls: BTreeSet<(usize, Stage, Vec<usize>)>,
    pub waiting: Waiting,
    /// What clients were told: yes or no.
    pub told: BTreeMap<usize, bool>,
    /// How often, since the step began, each command has come to stand still in its process, and how often its process was
    /// told what has become of it. Without this nobody could tell a process that is done from one that has not begun.
    pub moved: Moves,
    /// Positions in the follower's rows.
    pub followed: Vec<u8>,
}

/// By command: stood still, told.
pub type Moves = BTreeMap<usize, (u8, u8)>;

/// A state in which nothing happens by itself, and how it came there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outcome {
    pub state: State,
    pub moved: Moves,
}

/// A step by what it is about, as numbers of calls and lanes differ between states that look the same.
pub type Name = (Step, Vec<usize>);

/// The steps that can be taken from outside, by name.
pub fn steps(world: &World, state: &State) -> Vec<(Name, Step)> {
    let mut steps = Vec::new();
    world.actions(state, &mut steps);
    steps.retain(|step| !step.by_itself());
    steps.into_iter().map(|step| (name(state, step), step)).collect()
}

fn name(state: &State, step: Step) -> Name {
    let lane = |at: usize, lane: usize| asks(state, at, lane).unwrap_or_default();
    let call = |number: usize| state.calls[number].entries.iter().map(|(ask, _)| *ask).collect();
    match step {
        Step::Call { at, lane: place } => (Step::Call { at, lane: 0 }, lane(at, place)),
        Step::Look { at, lane: place } => (Step::Look { at, lane: 0 }, lane(at, place)),
        Step::Tell { at, lane: place } => (Step::Tell { at, lane: 0 }, lane(at, place)),
        Step::Cut { at, lane: place } => (Step::Cut { at, lane: 0 }, lane(at, place)),
        Step::Head(number) => (Step::Head(0), call(number)),
        Step::Commit(number) => (Step::Commit(0), call(number)),
        Step::Abort(number) => (Step::Abort(0), call(number)),
        other => (other, Vec::new()),
    }
}

/// The commands that a lane's next call is about, in order of their ids.
pub fn asks(state: &State, at: usize, lane: usize) -> Option<Vec<usize>> {
    let under_way = state.processes[at].lanes[lane].as_ref()?;
    let open = under_way.group.iter().filter(|entry| match under_way.stage {
        Stage::Done => entry.verdict == Some(Verdict::Appended),
        _ => entry.verdict.is_none(),
    });
    let mut asks: Vec<usize> = open.map(|entry| entry.ask).collect();
    asks.sort_unstable();
    Some(asks)
}

/// All that can come of a step.
pub fn outcomes(world: &World, state: &State, step: Step) -> Vec<Outcome> {
    let mut moved = Moves::new();
    let after = take(world, state, step, &mut moved);
    let mut open = vec![Outcome { state: after, moved }];
    let (mut met, mut still) = (HashSet::new(), Vec::new());
    while let Some(outcome) = open.pop() {
        if !met.insert(outcome.clone()) {
            continue;
        }
        let mut steps = Vec::new();
        world.actions(&outcome.state, &mut steps);
        steps.retain(|step| step.by_itself());
        if steps.is_empty() {
            still.push(outcome);
            continue;
        }
        open.extend(steps.into_iter().map(|step| {
            let mut moved = outcome.moved.clone();
            let state = take(world, &outcome.state, step, &mut moved);
            Outcome { state, moved }
        }));
    }
    still
}

/// The state after a step, noting what moved.
fn take(world: &World, state: &State, step: Step, moved: &mut Moves) -> State {
    let after = world.next_state(state, step).unwrap();
    if let Step::Decide(client) = step
        && let Client::At { way, .. } = after.clients[client]
        && matches!(
            way,
            Way::Waits | Way::Twin | Way::Behind { .. } | Way::Holds { .. }
        )
    {
        moved.entry(client).or_default().0 += 1;
    }
    for ask in told(state, &after, step) {
        moved.entry(ask).or_default().1 += 1;
    }
    after
}

/// The commands whose process is told of them in a step.
fn told(before: &State, after: &State, step: Step) -> Vec<usize> {
    let lane = |at: usize, lane: usize| before.processes[at].lanes[lane].as_ref();
    match step {
        // Void ones are told when a group is taken.
        Step::Take(at) => {
            let void = before.processes[at].queue.iter().filter(|entry| entry.void);
            void.map(|entry| entry.ask).collect()
        }
        Step::Tell { at, lane: number } | Step::Look { at, lane: number }
            if after.processes[at].lanes[number].is_none() =>
        {
            let group = lane(at, number)
                .map(|lane| lane.group.clone())
                .unwrap_or_default();
            group.into_iter().map(|entry| entry.ask).collect()
        }
        _ => Vec::new(),
    }
}

/// What a state looks like.
pub fn seen(Outcome { state, moved }: &Outcome) -> Seen {
    let mut log: Vec<_> = state.log.iter().collect();
    log.sort_by_key(|event| event.position);
    let mut calls = BTreeSet::new();
    for (at, process) in state.processes.iter().enumerate() {
        for (number, lane) in process.lanes.iter().enumerate() {
            if let Some(lane) = lane {
                calls.insert((at, lane.stage, asks(state, at, number).unwrap()));
            }
        }
    }
    let mut waiting = Waiting {
        calls: state.calls.len(),
        ..Waiting::default()
    };
    for call in &state.calls {
        let first = call.entries.iter().map(|(ask, _)| *ask).min().unwrap();
        match call.progress {
            Progress::Answers(_) => waiting.same += 1,
            Progress::Queues => waiting.head += 1,
            Progress::Answered => waiting.gates.extend([(Gate::Head, first)]),
            Progress::Written => waiting.gates.extend([(Gate::Commit, first)]),
        }
    }
    let told = |(client, knows): (usize, &Client)| match knows {
        Client::Appended => Some((client, true)),
        Client::Refused { .. } => Some((client, false)),
        _ => None,
    };
    Seen {
        log: log
            .iter()
            .map(|event| (event.ask, event.stream.to_owned(), event.sequence))
            .collect(),
        calls,
        waiting,
        told: state.clients.iter().enumerate().filter_map(told).collect(),
        moved: moved.clone(),
        followed: state.followed.clone(),
    }
}
