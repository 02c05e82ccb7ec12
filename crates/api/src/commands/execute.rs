//! From a request to the log and back.

use std::sync::Arc;

use axum::Json;
use guanxi_domain::campaign::ClaimCoupon;
use guanxi_domain::ids::CampaignId;
use guanxi_domain::order::Order;
use guanxi_event_store::{
    Answer, CommandContext, ContentDigest, ExecuteError, Keep, NewKey, Outcome, StoreError,
};
use guanxi_kernel::{BusinessDate, Channel, CommandId, Decider, Metadata, StoreId, TimeZoneId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::access::{Caller, Reach, Reached};
use crate::http::{IdempotencyKey, Problem};

/// The answer to a command.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Receipt {
    /// `appended`, or `nothing` where the command changes nothing.
    pub outcome: &'static str,
    /// Log position of its last event; give it to queries as `wait_for` to read your own write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Whether this Idempotency-Key had been answered before; then this is that answer.
    pub known: bool,
}

/// A command as it was asked for.
pub(crate) struct Asked<'a> {
    state: &'a ApiState,
    caller: &'a Caller,
    pub(crate) command_id: CommandId,
    digest: ContentDigest,
    at: Timestamp,
    date: BusinessDate,
    store: Option<StoreId>,
    /// The store that the command names, looked for where the key is limited to stores.
    named: Option<StoreId>,
    channel: Option<Channel>,
    new_keys: Vec<NewKey>,
}

impl<'a> Asked<'a> {
    /// A command happening now. `content` is what a retry must say again.
    pub(crate) fn new(
        state: &'a ApiState,
        caller: &'a Caller,
        key: &IdempotencyKey,
        content: &impl Serialize,
    ) -> Result<Self, Problem> {
        let at = state.now();
        let named = match caller.stores {
            Some(_) => {
                caller.reaches_named(&serde_json::to_value(content).map_err(|_| Problem::internal())?)?
            }
            None => None,
        };
        Ok(Self {
            state,
            caller,
            command_id: key.command_id(&caller.key_id)?,
            digest: state.store.digest(content),
            at,
            date: TimeZoneId::shanghai().business_date(at),
            store: None,
            named,
            channel: None,
            new_keys: Vec::new(),
        })
    }

    /// At a store, by its calendar.
    pub(crate) fn at_store(mut self, store: &StoreId, zone: &TimeZoneId) -> Result<Self, Problem> {
        self.caller.at_store(store)?;
        self.date = zone.business_date(self.at);
        self.store = Some(store.clone());
        Ok(self)
    }

    /// When it happens, if not now.
    pub(crate) fn dated(mut self, at: Timestamp, zone: &TimeZoneId) -> Self {
        (self.at, self.date) = (at, zone.business_date(at));
        self
    }

    /// Through a channel.
    pub(crate) fn through(mut self, channel: Option<Channel>) -> Self {
        self.channel = channel;
        self
    }

    /// With keys of subjects who are met for the first time.
    pub(crate) fn with_keys(mut self, new_keys: Vec<NewKey>) -> Self {
        self.new_keys = new_keys;
        self
    }

    /// The same once more, for steps that follow the command.
    pub(crate) fn again(&self) -> Self {
        Self {
            state: self.state,
            caller: self.caller,
            command_id: self.command_id.clone(),
            digest: self.digest,
            at: self.at,
            date: self.date,
            store: self.store.clone(),
            named: self.named.clone(),
            channel: self.channel.clone(),
            new_keys: Vec::new(),
        }
    }

    /// A step before the command, under an id of its own.
    pub(crate) fn step(&self, purpose: &str, content: &impl Serialize) -> Result<CommandContext, Problem> {
        let command_id = CommandId::new(format!("{}:{purpose}", self.command_id))
            .map_err(|error| Problem::unfit(error.to_string()))?;
        let mut context = self.context();
        context.command_id = command_id;
        context.digest = self.state.store.digest(content);
        context.new_keys.clear();
        Ok(context)
    }

    /// Executes a command, if the key reaches its stream.
    pub(crate) async fn execute<D: Reached>(
        self,
        id: &str,
        command: &D::Command,
    ) -> Result<Json<Receipt>, Problem> {
        if self.caller.stores.is_some() {
            let loaded = self
                .state
                .store
                .load::<D>(id)
                .await
                .map_err(|error| fault(&error))?;
            let said = self.store.as_ref().or(self.named.as_ref());
            self.caller.reaches(&D::reach(id, &loaded.state), said)?;
        }
        self.send::<D>(id, command).await
    }

    /// Claims a coupon, whichever stream answers. Campaigns are the chain's, as [`Reached`] says.
    pub(crate) async fn claim(self, id: &CampaignId, claim: &ClaimCoupon) -> Result<Json<Receipt>, Problem> {
        self.caller.reaches(&Reach::Chain, None)?;
        let answer = self.state.claims.claim(id, claim, &self.context()).await;
        answer
            .map(|answer| Json(receipt(&answer)))
            .map_err(|error| problem(&error))
    }

    /// Executes a command to an order, at the order's store and by its calendar.
    pub(crate) async fn execute_on_order(
        self,
        id: &str,
        command: &guanxi_domain::order::OrderCommand,
        at: Option<Timestamp>,
    ) -> Result<Json<Receipt>, Problem> {
        let order = self
            .state
            .store
            .load::<Order>(id)
            .await
            .map_err(|error| fault(&error))?;
        let asked = match order.state.placed.as_deref() {
            Some(placed) => {
                let asked = self
                    .through(Some(placed.channel.clone()))
                    .at_store(&placed.store_id, &placed.time_zone)?;
                match at {
                    Some(at) => asked.dated(at, &placed.time_zone),
                    None => asked,
                }
            }
            None => self,
        };
        asked.execute::<Order>(id, command).await
    }

    async fn send<D: Decider>(self, id: &str, command: &D::Command) -> Result<Json<Receipt>, Problem> {
        let context = self.context();
        let answer = self.state.store.execute::<D>(id, command, &context).await;
        answer
            .map(|answer| Json(receipt(&answer)))
            .map_err(|error| problem(&error))
    }

    fn context(&self) -> CommandContext {
        CommandContext {
            command_id: self.command_id.clone(),
            digest: self.digest,
            metadata: Metadata {
                occurred_at: self.at,
                business_date: self.date,
                actor: Arc::from(self.caller.actor()),
                channel: self.channel.clone(),
                store_id: self.store.clone(),
                correlation_id: Arc::from(self.command_id.as_str()),
                causation_id: None,
                depth: 0,
            },
            keep: Keep::Appended,
            new_keys: self.new_keys.clone(),
        }
    }
}

fn receipt(answer: &Answer) -> Receipt {
    match answer.outcome {
        Outcome::Appended { last, .. } => Receipt {
            outcome: "appended",
            position: Some(last),
            known: answer.known,
        },
        Outcome::Nothing | Outcome::Refused(_) => Receipt {
            outcome: "nothing",
            position: None,
            known: answer.known,
        },
    }
}

/// How an answer of the log looks to a caller.
pub(crate) fn problem(error: &ExecuteError) -> Problem {
    match error {
        ExecuteError::Refused(refused) => Problem::refused(&refused.code, &refused.message),
        ExecuteError::DigestMismatch(_) => Problem::new(
            axum::http::StatusCode::CONFLICT,
            "api.key_reused",
            "The Idempotency-Key was used for another command",
            "Choose a new key. If you did not use this one, somebody shares your credentials.",
        ),
        ExecuteError::Overloaded => Problem::unavailable("Too many commands wait."),
        ExecuteError::TooDeep => Problem::internal(),
        ExecuteError::Store(error) => fault(error),
    }
}

/// How a fault looks to a caller: its details go to our log.
pub(crate) fn fault(error: &StoreError) -> Problem {
    if let StoreError::Unstorable(what) = error {
        return Problem::unfit(what.clone());
    }
    if let StoreError::Busy(_) = error {
        return Problem::unavailable("Too many ask for the same thing at once.");
    }
    tracing::error!(%error, "a request met a fault");
    if error.is_transient() {
        Problem::unavailable("The log cannot be reached.")
    } else {
        Problem::internal()
    }
}
