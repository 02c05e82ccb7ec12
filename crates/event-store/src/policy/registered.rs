//! A policy without its types: what the loop holds.

use std::sync::Arc;

use async_trait::async_trait;
use guanxi_kernel::{Deadline, EventSet, Facts, Policy, TimeZoneId};
use sqlx::PgPool;

use super::runner::{PolicyFollower, ambiguous, unaddressed};
use super::{Dispatch, Order, Orders, Settled, Source, send_all};
use crate::EventStore;
use crate::follow::parking::{of_key, settle};
use crate::follow::{Checkpoint, FollowError, Follower, Identity, ParkedError, guarded, read_positions};

/// What can be done with any policy.
#[async_trait]
pub(crate) trait AnyPolicy<E>: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> u32;
    fn follower(&self, store: EventStore) -> Box<dyn Follower<Event = E>>;
    /// Sends what due deadlines ask for; an answer for each, in order.
    async fn due(&self, store: &EventStore, deadlines: &[Deadline]) -> Result<Vec<Settled>, FollowError>;
    /// Sends what is parked under a key, in order, as far as it goes.
    async fn retry(&self, store: &EventStore, key: &str) -> Result<(), ParkedError>;
}

pub(crate) struct RegisteredPolicy<P: Policy> {
    policy: Arc<P>,
    dispatch: Arc<dyn Dispatch<P::Command>>,
}

impl<P: Policy> RegisteredPolicy<P> {
    pub(crate) fn new(policy: P, dispatch: Arc<dyn Dispatch<P::Command>>) -> Self {
        Self {
            policy: Arc::new(policy),
            dispatch,
        }
    }

    fn newcomer(&self, store: EventStore) -> PolicyFollower<P> {
        PolicyFollower::new(Arc::clone(&self.policy), store, Arc::clone(&self.dispatch))
    }

    fn deadline_orders(
        &self,
        store: &EventStore,
        deadline: &Deadline,
        index: usize,
    ) -> Result<Orders<P::Command>, FollowError> {
        let reactions = match guarded(|| self.policy.due(deadline)) {
            Ok(reactions) => reactions,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Some(reason) = ambiguous(&reactions) {
            return Ok(Err(reason));
        }
        let mut metadata = deadline.cause.metadata.clone();
        metadata.occurred_at = deadline.due_at;
        metadata.business_date = TimeZoneId::shanghai().business_date(deadline.due_at);
        let cause = format!("{} {}", deadline.due_at.as_microsecond(), deadline.key);
        let source = Source {
            policy: P::NAME,
            kind: "deadline",
            cause: &cause,
            event_id: &deadline.cause.event_id,
            metadata: &metadata,
        };
        let orders = reactions
            .into_iter()
            .map(|reaction| Order::new(store, &source, index, reaction));
        orders.collect::<Result<_, _>>().map(Ok)
    }
}

#[async_trait]
impl<P: Policy> AnyPolicy<P::Event> for RegisteredPolicy<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn version(&self) -> u32 {
        P::VERSION
    }

    fn follower(&self, store: EventStore) -> Box<dyn Follower<Event = P::Event>> {
        Box::new(self.newcomer(store))
    }

    async fn due(&self, store: &EventStore, deadlines: &[Deadline]) -> Result<Vec<Settled>, FollowError> {
        let mut answers: Vec<Settled> = deadlines.iter().map(|_| Settled::Answered).collect();
        let mut orders = Vec::new();
        for (index, deadline) in deadlines.iter().enumerate() {
            match self.deadline_orders(store, deadline, index)? {
                Ok(found) => orders.extend(found),
                Err(reason) => answers[index] = Settled::Poisoned(reason),
            }
        }
        let settled = send_all(&self.dispatch, &orders).await?;
        for (order, answer) in orders.iter().zip(settled) {
            if !matches!(answer, Settled::Answered) && matches!(answers[order.index], Settled::Answered) {
                answers[order.index] = answer;
            }
        }
        Ok(answers)
    }

    async fn retry(&self, store: &EventStore, key: &str) -> Result<(), ParkedError> {
        let follower = self.newcomer(store.clone());
        let (done, failed) = resend::<P::Event, P>(store.pool(), &follower, key).await?;
        let failure = failed.as_ref().map(|(id, reason)| (*id, reason.as_str()));
        for _ in 0..20 {
            match settle_in_place(store.pool(), &follower.who, &done, failure).await {
                Err(FollowError::Superseded) => {}
                outcome => {
                    outcome?;
                    return failed.map_or(Ok(()), |(_, reason)| Err(ParkedError::StillFails(reason)));
                }
            }
        }
        Err(ParkedError::Follow(FollowError::Superseded))
    }
}

/// Sends again what is parked under a key, until one fails. What was sent before has been answered before.
async fn resend<E: EventSet, P: Policy<Event = E>>(
    pool: &PgPool,
    follower: &PolicyFollower<P>,
    key: &str,
) -> Result<(Vec<i64>, Option<(i64, String)>), ParkedError> {
    let parked = of_key(pool, &follower.who, key).await?;
    let positions: Vec<i64> = parked
        .iter()
        .filter_map(|entry| i64::try_from(entry.position).ok())
        .collect();
    let events = read_positions::<E>(pool, &positions).await?;
    let claims = follower.facts(events.iter()).await?;
    let mut done = Vec::new();
    for (entry, event) in parked.iter().zip(&events) {
        let mut orders = match follower.orders(event, &Facts::new(&claims, None), 0)? {
            Ok(orders) => orders,
            Err(reason) => return Ok((done, Some((entry.id, reason)))),
        };
        if unaddressed(event) != key {
            orders.retain(|order| order.target.to_string() == key);
        }
        for answer in send_all(&follower.dispatch, &orders).await? {
            if let Settled::Poisoned(reason) = answer {
                return Ok((done, Some((entry.id, reason))));
            }
        }
        done.push(entry.id);
    }
    Ok((done, None))
}

/// Takes what is done off the list under the next checkpoint, so that the running follower looks at the list again.
async fn settle_in_place(
    pool: &PgPool,
    who: &Identity,
    done: &[i64],
    failed: Option<(i64, &str)>,
) -> Result<(), FollowError> {
    let mut work = pool.begin().await?;
    let from = Checkpoint::load(&mut work, who).await?;
    from.next(from.mark).insert(&mut work, who).await?;
    settle(&mut work, done, failed).await?;
    Ok(work.commit().await?)
}
