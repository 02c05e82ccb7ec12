//! Commands of policies and deadlines on their way to the streams.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest::{Context, SHA256};
use futures::StreamExt as _;
use futures::future::BoxFuture;
use guanxi_kernel::{CommandId, CommandSet, Decider, EventId, Executor, Metadata, Reaction, StreamRef};

use crate::follow::FollowError;
use crate::{Answer, CommandContext, EventStore, ExecuteError, Keep};

/// Streams that are sent to at once.
const AT_ONCE: usize = 256;

/// Executes a command on the aggregate that it is for; written where the aggregates are known.
#[async_trait]
pub trait Dispatch<C>: Send + Sync {
    /// Executes it on the stream that the reaction names.
    ///
    /// # Errors
    /// As [`EventStore::execute`]; a refusal is an answer that the policy has nothing to add to.
    async fn dispatch(
        &self,
        target: &StreamRef,
        command: C,
        context: CommandContext,
    ) -> Result<Answer, ExecuteError>;
}

/// Executes any command of a set on this log.
#[derive(Debug, Clone)]
pub struct Dispatcher(EventStore);

impl Dispatcher {
    /// A dispatcher for this log.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self(store)
    }
}

struct Addressed<'a> {
    store: &'a EventStore,
    target: &'a StreamRef,
    context: &'a CommandContext,
}

impl<'a> Executor<'a> for Addressed<'a> {
    type Output = BoxFuture<'a, Result<Answer, ExecuteError>>;

    fn execute<D: Decider>(self, command: &'a D::Command) -> Self::Output {
        Box::pin(
            self.store
                .execute::<D>(&self.target.aggregate_id, command, self.context),
        )
    }
}

#[async_trait]
impl<C: CommandSet> Dispatch<C> for Dispatcher {
    async fn dispatch(
        &self,
        target: &StreamRef,
        command: C,
        context: CommandContext,
    ) -> Result<Answer, ExecuteError> {
        command
            .hand_to(Addressed {
                store: &self.0,
                target,
                context: &context,
            })
            .await
    }
}

/// Where a command comes from: its id and its surroundings derive from this.
pub(crate) struct Source<'a> {
    /// The policy.
    pub(crate) policy: &'a str,
    /// `event` or `deadline`.
    pub(crate) kind: &'a str,
    /// The event's id, or the deadline's key and time.
    pub(crate) cause: &'a str,
    /// The event behind it.
    pub(crate) event_id: &'a EventId,
    /// Its surroundings, already dated.
    pub(crate) metadata: &'a Metadata,
}

/// A command ready to go.
pub(crate) struct Order<C> {
    /// Where in the caller's list its cause stands.
    pub(crate) index: usize,
    pub(crate) target: StreamRef,
    command: C,
    context: CommandContext,
}

/// The orders that one cause leads to, or why none can be told.
pub(crate) type Orders<C> = Result<Vec<Order<C>>, String>;

/// What came of an order.
pub(crate) enum Settled {
    /// Answered, if only by a refusal.
    Answered,
    /// It fails, and will fail again.
    Poisoned(String),
    /// It stands behind a poisoned one for the same target.
    Behind,
}

impl<C> Order<C> {
    /// A reaction with the id that it has for good.
    pub(crate) fn new(
        store: &EventStore,
        source: &Source<'_>,
        index: usize,
        reaction: Reaction<C>,
    ) -> Result<Self, FollowError> {
        let target = reaction.target.to_string();
        let name = [
            source.policy,
            source.kind,
            source.cause,
            reaction.purpose,
            &target,
        ];
        let mut context = Context::new(&SHA256);
        for part in name {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let id = format!("policy-{}", hex::encode(context.finish().as_ref()));
        let command_id = CommandId::new(id).map_err(|error| FollowError::Fault(error.to_string()))?;
        let (occurred_at, business_date) = reaction
            .dated
            .unwrap_or((source.metadata.occurred_at, source.metadata.business_date));
        let metadata = Metadata {
            occurred_at,
            business_date,
            actor: format!("policy:{}", source.policy).into(),
            causation_id: Some(source.event_id.clone()),
            depth: source.metadata.depth.saturating_add(1),
            ..source.metadata.clone()
        };
        // The content is a function of the cause. Its digest covers the cause, so that a later version of the policy,
        // which words the command differently, gets the answer that the earlier one got.
        let digest = store.digest(&name);
        let context = CommandContext {
            command_id,
            digest,
            metadata,
            keep: Keep::Everything,
            new_keys: Vec::new(),
        };
        Ok(Self {
            index,
            target: reaction.target,
            command: reaction.command,
            context,
        })
    }
}

/// Sends all orders: those for one target in order, targets beside each other. The answers keep the order.
pub(crate) async fn send_all<C: Clone + Send + Sync + 'static>(
    dispatch: &Arc<dyn Dispatch<C>>,
    orders: &[Order<C>],
) -> Result<Vec<Settled>, FollowError> {
    let mut targets: HashMap<&StreamRef, Vec<usize>> = HashMap::new();
    for (number, order) in orders.iter().enumerate() {
        targets.entry(&order.target).or_default().push(number);
    }
    let queues: Vec<_> = targets
        .into_values()
        .map(|queue| send_queue(dispatch, orders, queue))
        .collect();
    let mut sending = futures::stream::iter(queues).buffer_unordered(AT_ONCE);
    let mut settled: Vec<Settled> = orders.iter().map(|_| Settled::Answered).collect();
    let mut trouble = None;
    while let Some(outcome) = sending.next().await {
        match outcome {
            Ok(answers) => answers
                .into_iter()
                .for_each(|(number, answer)| settled[number] = answer),
            Err(error) => trouble = Some(error),
        }
    }
    trouble.map_or(Ok(settled), Err)
}

async fn send_queue<C: Clone + Send + Sync + 'static>(
    dispatch: &Arc<dyn Dispatch<C>>,
    orders: &[Order<C>],
    queue: Vec<usize>,
) -> Result<Vec<(usize, Settled)>, FollowError> {
    let mut settled = Vec::with_capacity(queue.len());
    let mut poisoned = false;
    for number in queue {
        if poisoned {
            settled.push((number, Settled::Behind));
            continue;
        }
        let order = &orders[number];
        let answer = match dispatch
            .dispatch(&order.target, order.command.clone(), order.context.clone())
            .await
        {
            Ok(_) | Err(ExecuteError::Refused(_)) => Settled::Answered,
            Err(error) if error.is_transient() => return Err(FollowError::Transient(error.to_string())),
            Err(error) => {
                poisoned = true;
                Settled::Poisoned(error.to_string())
            }
        };
        settled.push((number, answer));
    }
    Ok(settled)
}
