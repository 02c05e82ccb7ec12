//! All rules and all policies around one order, without a database.

use std::any::Any;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use guanxi_kernel::envelope::Fact;
use guanxi_kernel::policy::{Cause, Deadline, DeadlineChange};
use guanxi_kernel::{
    ClaimChange, ClaimFacts, ClaimKey, ClaimSubject, CommandSet, Decider, DomainEvent, EventSet, Executor,
    Facts, Metadata, Policy, PolicyList, Reaction, Recorded, Refusal, StreamRef, TimeZoneId, Timestamp,
};

use crate::policy::register;
use crate::policy::world::programme;
use crate::{GuanxiCommand, GuanxiEvent};

/// A policy without its type.
trait Rule {
    fn follow(&self, event: &Recorded<GuanxiEvent>, claims: &Claims) -> Vec<Reaction<GuanxiCommand>>;
    fn deadlines(&self, event: &Recorded<GuanxiEvent>, claims: &Claims) -> Vec<DeadlineChange>;
    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>>;
}

impl<P: Policy<Event = GuanxiEvent, Command = GuanxiCommand>> Rule for P {
    fn follow(&self, event: &Recorded<GuanxiEvent>, claims: &Claims) -> Vec<Reaction<GuanxiCommand>> {
        let facts = claims.of(&self.claims_needed(event));
        self.react(event, &Facts::new(&facts, None))
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, claims: &Claims) -> Vec<DeadlineChange> {
        let facts = claims.of(&self.claims_needed(event));
        Policy::deadlines(self, event, &Facts::new(&facts, None))
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        Policy::due(self, deadline)
    }
}

#[derive(Default)]
struct Rules(Vec<Box<dyn Rule>>);

impl PolicyList for Rules {
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn add<P: Policy<Event = GuanxiEvent, Command = GuanxiCommand>>(mut self, policy: P) -> Self {
        self.0.push(Box::new(policy));
        self
    }
}

#[derive(Default)]
struct Claims(BTreeMap<(String, String), StreamRef>);

impl Claims {
    fn of(&self, keys: &[ClaimKey]) -> ClaimFacts {
        let mut facts = ClaimFacts::default();
        for key in keys {
            if let Some(holder) = self.holder(key) {
                facts.insert(key, holder);
            }
        }
        facts
    }

    fn holder(&self, key: &ClaimKey) -> Option<StreamRef> {
        match &key.key {
            ClaimSubject::Open(open) => self.0.get(&(key.scope.to_owned(), open.clone())).cloned(),
            ClaimSubject::Sealed(_) => None,
        }
    }

    fn change(&mut self, stream: &StreamRef, change: ClaimChange) {
        match change {
            ClaimChange::Take(ClaimKey {
                scope,
                key: ClaimSubject::Open(key),
            }) => drop(self.0.insert((scope.to_owned(), key), stream.clone())),
            ClaimChange::Release(ClaimKey {
                scope,
                key: ClaimSubject::Open(key),
            }) => drop(self.0.remove(&(scope.to_owned(), key))),
            _ => {}
        }
    }
}

/// Streams, claims and policies; every command is followed by all that follows from it.
pub struct House {
    states: BTreeMap<(String, String), Box<dyn Any>>,
    claims: Claims,
    rules: Rc<Rules>,
    waiting: VecDeque<Recorded<GuanxiEvent>>,
    answered: HashSet<String>,
    deadlines: BTreeMap<(usize, String), Deadline>,
    /// Everything that has happened.
    pub log: Vec<Recorded<GuanxiEvent>>,
}

struct Asked<'a> {
    house: &'a mut House,
    id: &'a str,
}

impl<'a> Executor<'a> for Asked<'_> {
    type Output = Result<usize, &'static str>;

    fn execute<D: Decider>(self, command: &'a D::Command) -> Self::Output {
        self.house.decide::<D>(self.id, command)
    }
}

impl House {
    pub fn new() -> Self {
        Self {
            states: BTreeMap::new(),
            claims: Claims::default(),
            rules: Rc::new(register(Rules::default(), &Arc::new(programme()))),
            waiting: VecDeque::new(),
            answered: HashSet::new(),
            deadlines: BTreeMap::new(),
            log: Vec::new(),
        }
    }

    /// Asks a stream; says how many events that alone has caused, or the code of the refusal.
    pub fn ask(&mut self, id: &str, command: impl Into<GuanxiCommand>) -> Result<usize, &'static str> {
        let command = command.into();
        let answer = command.hand_to(Asked { house: self, id });
        self.settle();
        answer
    }

    fn settle(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            self.follow(&event);
        }
    }

    /// Lets time pass until then. What a deadline asks for may be refused: the world has moved on.
    pub fn reach(&mut self, until: Timestamp) {
        let rules = Rc::clone(&self.rules);
        while let Some(((number, key), deadline)) = self.next_due(until) {
            self.deadlines.remove(&(number, key));
            for reaction in rules
                .0
                .iter()
                .skip(number)
                .take(1)
                .flat_map(|rule| rule.due(&deadline))
            {
                let (key, at, target) = (&deadline.key, deadline.due_at, &reaction.target);
                if self
                    .answered
                    .insert(format!("{number} {key} {at} {} {target}", reaction.purpose))
                {
                    let id = target.aggregate_id.to_string();
                    let _ = self.ask(&id, reaction.command);
                }
            }
        }
    }

    fn next_due(&self, until: Timestamp) -> Option<((usize, String), Deadline)> {
        let due = self
            .deadlines
            .iter()
            .filter(|(_, deadline)| deadline.due_at <= until);
        let next = due.min_by_key(|(key, deadline)| (deadline.due_at, *key));
        next.map(|(key, deadline)| (key.clone(), deadline.clone()))
    }

    /// The state of a stream.
    pub fn state<D: Decider>(&self, id: &str) -> D::State {
        let found = self.states.get(&(D::TYPE.to_owned(), id.to_owned()));
        found
            .and_then(|state| state.downcast_ref::<D::State>())
            .cloned()
            .unwrap_or_default()
    }

    /// Policies that are told an event a second time ask for nothing new: every command's id was answered before.
    pub fn follow(&mut self, event: &Recorded<GuanxiEvent>) {
        let rules = Rc::clone(&self.rules);
        for (number, rule) in rules.0.iter().enumerate() {
            for change in rule.deadlines(event, &self.claims) {
                self.change_deadline(number, event, change);
            }
            for reaction in rule.follow(event, &self.claims) {
                let id = format!(
                    "{number} {} {} {}",
                    event.event_id, reaction.purpose, reaction.target
                );
                if self.answered.insert(id) {
                    let target = reaction.target.aggregate_id.to_string();
                    let answer = reaction.command.hand_to(Asked {
                        house: self,
                        id: &target,
                    });
                    assert!(
                        answer.is_ok(),
                        "a policy was refused: {answer:?} for {reaction:?}"
                    );
                }
            }
        }
    }

    fn change_deadline(&mut self, number: usize, event: &Recorded<GuanxiEvent>, change: DeadlineChange) {
        match change {
            DeadlineChange::Set { key, due_at, payload } => {
                let cause = Cause {
                    event_id: event.event_id.clone(),
                    metadata: event.metadata.clone(),
                };
                let deadline = Deadline {
                    key: key.clone(),
                    due_at,
                    payload,
                    cause,
                };
                self.deadlines.insert((number, key), deadline);
            }
            DeadlineChange::Cancel { key } => drop(self.deadlines.remove(&(number, key))),
        }
    }

    fn decide<D: Decider>(&mut self, id: &str, command: &D::Command) -> Result<usize, &'static str> {
        let key = (D::TYPE.to_owned(), id.to_owned());
        let mut state = self.state::<D>(id);
        let events = D::decide(&state, command).map_err(|refusal| refusal.code())?;
        for event in &events {
            D::evolve(&mut state, event);
            for change in D::claims(event) {
                self.claims.change(&StreamRef::new(D::TYPE, id), change);
            }
            let recorded = self.recorded::<D>(id, event);
            self.waiting.push_back(recorded.clone());
            self.log.push(recorded);
        }
        self.states.insert(key, Box::new(state));
        Ok(events.len())
    }

    /// As it would be read from the log: by its stored name and its payload.
    fn recorded<D: Decider>(&self, id: &str, event: &D::Event) -> Recorded<GuanxiEvent> {
        let payload = serde_json::to_string(event).unwrap();
        let stored = GuanxiEvent::decode(D::TYPE, event.name(), &payload).unwrap();
        let position = self.log.len() as u64 + 1;
        let at = Timestamp::from_second(1_772_337_600 + i64::try_from(position).unwrap()).unwrap();
        Recorded {
            position,
            event_id: format!("e-{position}").parse().unwrap(),
            command_id: None,
            stream: StreamRef::new(D::TYPE, id),
            sequence: position,
            event_type: event.name().into(),
            metadata: Metadata {
                occurred_at: at,
                business_date: TimeZoneId::shanghai().business_date(at),
                actor: "test".into(),
                channel: None,
                store_id: None,
                correlation_id: "c".into(),
                causation_id: None,
                depth: 0,
            },
            recorded_at: at,
            fact: Fact::Own(stored),
        }
    }
}
