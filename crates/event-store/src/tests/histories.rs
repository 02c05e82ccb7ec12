//! Random commands on few streams through two processes at once: whatever came of it, the log tells one story in which
//! every rule was kept, and every answer is in it.

use std::collections::{BTreeMap, HashMap};

use guanxi_kernel::{CommandId, Decider as _, Recorded};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use sqlx::PgPool;

use super::account::{Account, AccountEvent, Accounts, Command, TestEvent, context_with, open};
use crate::{Answer, EventStore, ExecuteError, Keep, Outcome};

/// A command, the stream, the process, and whether its answer is kept whatever it is.
type Step = (Command, usize, usize, bool);

fn step() -> impl Strategy<Value = Step> {
    let command = prop_oneof![
        4 => (1..5_i64).prop_map(Command::Earn),
        4 => (1..9_i64).prop_map(Command::Spend),
        2 => (0..4).prop_map(|seat| Command::TakeSeat(format!("s{seat}"))),
        1 => Just(Command::LeaveSeat),
        1 => Just(Command::Erase),
    ];
    (command, 0..3_usize, 0..2_usize, any::<bool>())
}

async fn ask(store: EventStore, number: usize, step: Step) -> (usize, Result<Answer, ExecuteError>) {
    let (command, stream, _, keep) = step;
    let keep = if keep { Keep::Everything } else { Keep::Appended };
    // Two numbers are one command, asked for twice.
    let context = context_with(&store, &format!("c{number}"), &command, keep, Vec::new());
    let answer = store
        .execute::<Accounts>(&format!("a{stream}"), &command, &context)
        .await;
    (number, answer)
}

async fn run(pool: PgPool, steps: Vec<Step>) {
    let processes = [open(&pool).await, open(&pool).await];
    let mut tasks = tokio::task::JoinSet::new();
    for (number, step) in steps.iter().enumerate() {
        tasks.spawn(ask(processes[step.2].clone(), number, step.clone()));
        if number % 5 == 0 {
            tasks.spawn(ask(processes[1 - step.2].clone(), number, step.clone()));
            tasks.spawn(ask(processes[step.2].clone(), number, step.clone()));
        }
    }
    let mut answers: HashMap<usize, Vec<Outcome>> = HashMap::new();
    while let Some(done) = tasks.join_next().await {
        let (number, answer) = done.unwrap();
        match answer {
            Ok(answer) => answers.entry(number).or_default().push(answer.outcome),
            Err(ExecuteError::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let events = processes[0].read::<TestEvent>(0, 10_000).await.unwrap();
    one_story(&events, &steps);
    claims_are_those_of_the_events(&pool, &events).await;
    for (number, outcomes) in answers {
        let appended = outcomes
            .iter()
            .filter(|it| matches!(it, Outcome::Appended { .. }));
        for outcome in appended {
            let Outcome::Appended { first, last } = outcome else {
                continue;
            };
            let own = events.iter().filter(|it| (*first..=*last).contains(&it.position));
            let name = CommandId::new(format!("c{number}")).unwrap();
            assert!(
                own.clone().all(|it| it.command_id.as_ref() == Some(&name)),
                "{number}"
            );
            let whole = events.iter().filter(|it| it.command_id.as_ref() == Some(&name));
            assert_eq!(own.count(), whole.count(), "command {number} is in the log once");
        }
    }
}

/// Each stream's events, command by command, are what the rule decides on those before them.
fn one_story(events: &[Recorded<TestEvent>], steps: &[Step]) {
    let mut states: BTreeMap<String, (Account, u64)> = BTreeMap::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let length = rest
            .iter()
            .take_while(|it| it.command_id == first.command_id)
            .count();
        let (own, behind) = rest.split_at(length);
        rest = behind;
        let (state, sequence) = states.entry(first.stream.aggregate_id.to_string()).or_default();
        let number: usize = first.command_id.as_ref().unwrap().as_str()[1..].parse().unwrap();
        let events: Vec<&AccountEvent> = own.iter().map(|it| &it.own().unwrap().0).collect();
        let decided = Accounts::decide(state, &steps[number].0).unwrap();
        assert_eq!(
            events,
            decided.iter().collect::<Vec<_>>(),
            "command {number} on {state:?}"
        );
        for event in own {
            *sequence += 1;
            assert_eq!(event.sequence, *sequence, "a hole in {}", event.stream);
            Accounts::evolve(state, &event.own().unwrap().0);
        }
        assert!(state.points >= 0, "{state:?}");
    }
}

async fn claims_are_those_of_the_events(pool: &PgPool, events: &[Recorded<TestEvent>]) {
    let mut held: BTreeMap<String, String> = BTreeMap::new();
    for event in events {
        let stream = event.stream.aggregate_id.to_string();
        match &event.own().unwrap().0 {
            AccountEvent::SeatTaken(taken) => {
                let before = held.insert(taken.seat.clone(), stream.clone());
                assert!(before.is_none_or(|holder| holder == stream), "two on one seat");
            }
            AccountEvent::SeatLeft(left) => {
                // An erased account remembers its seat, which may be another's by now.
                held.retain(|seat, holder| *seat != left.seat || *holder != stream);
            }
            AccountEvent::Erased(_) => held.retain(|_, holder| *holder != stream),
            _ => {}
        }
    }
    let claims: Vec<(String, String)> =
        sqlx::query_as("select key, aggregate_id from log.claims order by key")
            .fetch_all(pool)
            .await
            .unwrap();
    assert_eq!(claims, held.into_iter().collect::<Vec<_>>());
}

/// Histories of a run; each has a database of its own.
async fn histories(pool: PgPool, seed: u64, length: usize) {
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let steps = proptest::collection::vec(step(), length)
        .new_tree(&mut TestRunner::new(config))
        .unwrap()
        .current();
    run(pool, steps).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_short_history_holds(pool: PgPool) {
    histories(pool, 1, 150).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_short_history_holds(pool: PgPool) {
    histories(pool, 2, 150).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
#[ignore = "takes minutes; make torture runs it"]
async fn a_long_history_holds(pool: PgPool) {
    histories(pool, rand_seed(), 6_000).await;
}

fn rand_seed() -> u64 {
    let seed = std::env::var("GUANXI_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or(7);
    println!("GUANXI_SEED={seed}");
    seed
}
