//! A policy as a follower.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use guanxi_kernel::{ClaimFacts, ClaimKey, Facts, Policy, Reaction, Recorded};

use super::memory::Memories;
use super::start::begin;
use super::{Dispatch, Order, Orders, Settled, Source, send_all};
use crate::EventStore;
use crate::deadline::Changes;
use crate::follow::parking::{parked_keys, show_count};
use crate::follow::{Batch, Checkpoint, Discards, FollowError, Follower, Identity, Parking, guarded};

/// Feeds a policy and sends what it wants.
pub(crate) struct PolicyFollower<P: Policy> {
    policy: Arc<P>,
    pub(super) store: EventStore,
    pub(super) dispatch: Arc<dyn Dispatch<P::Command>>,
    pub(super) who: Identity,
    speaks_after: u64,
    parked: HashSet<String>,
    discards: Discards,
}

/// What a batch makes a policy want.
struct Wanted<C> {
    orders: Vec<Order<C>>,
    positions: Vec<u64>,
    deadlines: Changes,
    parking: Parking,
}

impl<C> Wanted<C> {
    fn is_nothing(&self) -> bool {
        self.orders.is_empty() && self.deadlines.is_empty() && self.parking.is_empty()
    }
}

impl<P: Policy> PolicyFollower<P> {
    pub(crate) fn new(policy: Arc<P>, store: EventStore, dispatch: Arc<dyn Dispatch<P::Command>>) -> Self {
        let who = Identity::new(P::NAME, P::VERSION);
        Self {
            policy,
            store,
            dispatch,
            who,
            speaks_after: 0,
            parked: HashSet::new(),
            discards: Discards::default(),
        }
    }

    /// Who holds the claims that the policy wants to know of these events.
    pub(super) async fn facts<'a>(
        &self,
        events: impl Iterator<Item = &'a Recorded<P::Event>>,
    ) -> Result<ClaimFacts, FollowError> {
        let mut needed: Vec<ClaimKey> = Vec::new();
        for event in events {
            // What panics here panics again when it reacts, and is parked there.
            for claim in guarded(|| self.policy.claims_needed(event)).unwrap_or_default() {
                needed.push(claim);
            }
        }
        let mut facts = ClaimFacts::default();
        if needed.is_empty() {
            return Ok(facts);
        }
        let holders = self.store.holders(&needed).await?;
        for (claim, holder) in needed.iter().zip(holders) {
            if let Some(holder) = holder {
                facts.insert(claim, holder);
            }
        }
        Ok(facts)
    }

    /// The orders that an event leads to; `Err` is a reason to park it.
    pub(super) fn orders(
        &self,
        event: &Recorded<P::Event>,
        facts: &Facts<'_>,
        index: usize,
    ) -> Result<Orders<P::Command>, FollowError> {
        let reactions = match guarded(|| self.policy.claims_needed(event))
            .and_then(|_| guarded(|| self.policy.react(event, facts)))
        {
            Ok(reactions) => reactions,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Some(reason) = ambiguous(&reactions) {
            return Ok(Err(reason));
        }
        let source = Source {
            policy: P::NAME,
            kind: "event",
            cause: event.event_id.as_str(),
            event_id: &event.event_id,
            metadata: &event.metadata,
        };
        let orders = reactions
            .into_iter()
            .map(|reaction| Order::new(&self.store, &source, index, reaction));
        orders.collect::<Result<_, _>>().map(Ok)
    }

    /// Asks the policy about each event in order, and lets it remember.
    async fn want(&self, batch: &Batch<P::Event>) -> Result<(Wanted<P::Command>, Memories), FollowError> {
        let spoken = |event: &&Recorded<P::Event>| event.position > self.speaks_after;
        let claims = self.facts(batch.events().filter(spoken)).await?;
        let keys: BTreeSet<String> = batch
            .events()
            .filter_map(|event| self.memory_key(event).ok()?)
            .collect();
        let mut memories = Memories::load(self.store.pool(), &self.who, keys).await?;
        let mut wanted = Wanted {
            orders: Vec::new(),
            positions: Vec::new(),
            deadlines: Changes::default(),
            parking: Parking::default(),
        };
        for event in batch.events() {
            let key = self.memory_key(event).unwrap_or_else(|reason| {
                wanted
                    .parking
                    .add(&unaddressed(event), event.position, Some(reason));
                None
            });
            if spoken(&event) {
                let facts = Facts::new(&claims, memories.get(key.as_deref()));
                self.ask(event, &facts, &mut wanted)?;
            }
            if let Some(key) = key {
                let memory = guarded(|| self.policy.remember(event, memories.get(Some(&key)).cloned()));
                if let Err(reason) = memory.and_then(|memory| memories.set(key, memory)) {
                    wanted
                        .parking
                        .add(&unaddressed(event), event.position, Some(reason));
                }
            }
        }
        Ok((wanted, memories))
    }

    /// The key of the memory that an event concerns, in a policy that remembers.
    fn memory_key(&self, event: &Recorded<P::Event>) -> Result<Option<String>, String> {
        if P::REMEMBERS {
            guarded(|| self.policy.memory_key(event))
        } else {
            Ok(None)
        }
    }

    fn ask(
        &self,
        event: &Recorded<P::Event>,
        facts: &Facts<'_>,
        wanted: &mut Wanted<P::Command>,
    ) -> Result<(), FollowError> {
        let asked = self.orders(event, facts, wanted.positions.len())?;
        let changes = guarded(|| self.policy.deadlines(event, facts));
        let answer = asked.and_then(|orders| wanted.deadlines.add(event, changes?).map(|()| orders));
        let orders = match answer {
            Ok(orders) => orders,
            Err(reason) => {
                let stream = unaddressed(event);
                if !self.discards.holds(event.position, &stream) {
                    wanted.parking.add(&stream, event.position, Some(reason));
                }
                return Ok(());
            }
        };
        wanted.positions.push(event.position);
        for order in orders {
            let target = order.target.to_string();
            if self.discards.holds(event.position, &target) {
                continue;
            }
            if self.parked.contains(&target) {
                wanted.parking.add(&target, event.position, None);
            } else {
                wanted.orders.push(order);
            }
        }
        Ok(())
    }
}

/// The key under which an event is parked whose reactions cannot be told.
pub(super) fn unaddressed<E>(event: &Recorded<E>) -> String {
    format!("event of {}", event.stream)
}

/// Two reactions that would have the same command id.
pub(crate) fn ambiguous<C>(reactions: &[Reaction<C>]) -> Option<String> {
    let mut seen = HashSet::new();
    let twice = reactions
        .iter()
        .find(|reaction| !seen.insert((reaction.purpose, &reaction.target)))?;
    Some(format!(
        "two reactions have the purpose `{}` and the target {}",
        twice.purpose, twice.target
    ))
}

#[async_trait]
impl<P: Policy> Follower for PolicyFollower<P> {
    type Event = P::Event;

    fn identity(&self) -> Identity {
        self.who.clone()
    }

    async fn resume(&mut self) -> Result<Checkpoint, FollowError> {
        let pool = self.store.pool();
        let (checkpoint, speaks_after) = begin::<P>(pool, &self.who).await?;
        self.speaks_after = speaks_after;
        self.parked = parked_keys(pool, &self.who).await?;
        self.discards = Discards::load(pool, P::NAME).await?;
        Ok(checkpoint)
    }

    async fn work(&mut self, batch: &Batch<P::Event>, from: &Checkpoint) -> Result<Checkpoint, FollowError> {
        let (mut wanted, memories) = self.want(batch).await?;
        if wanted.is_nothing() && memories.is_unchanged() {
            return Ok(from.carried(batch.last()));
        }
        let settled = send_all(&self.dispatch, &wanted.orders).await?;
        for (order, answer) in wanted.orders.iter().zip(settled) {
            let position = wanted.positions.get(order.index).copied().unwrap_or_default();
            match answer {
                Settled::Answered => {}
                Settled::Poisoned(reason) => {
                    wanted
                        .parking
                        .add(&order.target.to_string(), position, Some(reason))
                }
                Settled::Behind => wanted.parking.add(&order.target.to_string(), position, None),
            }
        }
        let next = from.next(batch.last());
        let mut work = self.store.pool().begin().await?;
        next.insert(&mut work, &self.who).await?;
        memories.write(&mut work, &self.who).await?;
        wanted.deadlines.write(&mut work, P::NAME).await?;
        wanted.parking.write(&mut work, &self.who).await?;
        work.commit().await?;
        if !wanted.parking.keys().is_empty() {
            self.parked.extend(wanted.parking.keys().iter().cloned());
            show_count(&self.who, self.parked.len());
        }
        Ok(next)
    }

    fn pace(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn batch_size(&self) -> usize {
        1024
    }
}
