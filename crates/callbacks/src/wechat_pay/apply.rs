//! Carries out what a notice means: finds order and payer, asks, and tells what came of it.

use std::sync::Arc;

use guanxi_domain::order::{ATTEMPT, Order, OrderState};
use guanxi_domain::suspense::Suspense;
use guanxi_event_store::{Answer, CommandContext, EventStore, ExecuteError, Keep, StoreError};
use guanxi_kernel::{
    Channel, ClaimKey, CommandId, Decider, IdError, MemberId, Metadata, OrderId, StoreId, StreamRef,
    SubjectId, TimeZoneId, Timestamp,
};

use super::facts::Fact;
use super::payer::{self, Introduction, PayerError};
use super::translate::{self, Attempt, Request, Target};

/// Who acts in the name of a notice.
const ACTOR: &str = "callback:wechat_pay";

/// The notice that a fact was read from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The notification's id: everything that follows from it is correlated by it.
    pub notice_id: &'a str,
    /// The subject that the notice is sealed under, to be joined to the payer's.
    pub subject: Option<&'a SubjectId>,
}

/// What came of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The order has it.
    Recorded(OrderId),
    /// Nobody has registered the attempt yet.
    Parked,
}

/// Why a fact changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The rules refuse: the same money with other content, or of another order. A person must look.
    #[error("{0}")]
    Contradiction(ExecuteError),
    /// A number in the notice is no id.
    #[error("a number in the notice cannot be used: {0}")]
    Id(#[from] IdError),
    /// The payer.
    #[error(transparent)]
    Payer(PayerError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log, while executing.
    #[error(transparent)]
    Execute(ExecuteError),
}

impl ApplyError {
    /// Whether trying again may help, without anybody doing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Contradiction(_) | Self::Id(_) => false,
            Self::Store(error) => error.is_transient(),
            Self::Execute(error) => error.is_transient(),
            Self::Payer(error) => error.is_transient(),
        }
    }
}

impl From<ExecuteError> for ApplyError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Refused(_) | ExecuteError::DigestMismatch(_) => Self::Contradiction(error),
            _ => Self::Execute(error),
        }
    }
}

/// Where an order was placed and whose it is, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Place {
    store_id: Option<StoreId>,
    channel: Option<Channel>,
    time_zone: Option<TimeZoneId>,
    member_id: Option<MemberId>,
}

/// Records a fact with its order, or parks it. Doing it again, here or on another server, changes nothing.
///
/// # Errors
/// Nothing was changed; see [`ApplyError::is_transient`].
pub async fn apply(store: &EventStore, fact: &Fact, source: Source<'_>) -> Result<Applied, ApplyError> {
    let attempt = Attempt::of(fact)?;
    let order = registered_by(store, &attempt).await?;
    let place = match &order {
        Some(order) => placed(store, order).await?,
        None => Place::default(),
    };
    let (happened_at, business_key) = match fact {
        Fact::Payment(payment) => (payment.paid.success_time, payment.paid.business_key()),
        Fact::Refund(refund) => (refund.happened_at, refund.business_key()),
    };
    // Numbers that cannot be used leave nobody enrolled.
    translate::request(fact, order.clone(), None)?;
    let metadata = metadata(happened_at, &place, source.notice_id);
    let payer = match fact {
        Fact::Payment(payment) => {
            let introduction = Introduction {
                business_key: business_key.as_str(),
                store_id: place.store_id.as_ref(),
                channel: place.channel.as_ref(),
                metadata: &metadata,
            };
            payer::find_or_enrol(store, &payment.payer, introduction)
                .await
                .map_err(ApplyError::Payer)?
        }
        Fact::Refund(_) => None,
    };
    // The notice is forgotten with the person: with the payer, or with whose order a refund is of.
    let owner = payer.as_ref().or(place.member_id.as_ref());
    if let (Some(member), Some(subject)) = (owner, source.subject) {
        store.vault().adopt(std::slice::from_ref(subject), member).await?;
    }
    let request = translate::request(fact, order, payer)?;
    ask(store, fact, request, metadata).await
}

async fn ask(
    store: &EventStore,
    fact: &Fact,
    request: Request,
    metadata: Metadata,
) -> Result<Applied, ApplyError> {
    let context = context(store, fact, request.command_id, metadata);
    match request.target {
        Target::Order(id, command) => {
            let _: Answer = store.execute::<Order>(id.as_str(), &command, &context).await?;
            Ok(Applied::Recorded(id))
        }
        Target::Suspense(id, command) => {
            let _: Answer = store.execute::<Suspense>(&id, &command, &context).await?;
            Ok(Applied::Parked)
        }
    }
}

/// What a fact's command brings along.
pub(super) fn context(
    store: &EventStore,
    fact: &Fact,
    command_id: CommandId,
    metadata: Metadata,
) -> CommandContext {
    let digest = match fact {
        Fact::Payment(payment) => store.digest(&payment.paid),
        Fact::Refund(refund) => store.digest(refund),
    };
    CommandContext {
        command_id,
        digest,
        metadata,
        keep: Keep::Everything,
        new_keys: Vec::new(),
    }
}

async fn registered_by(store: &EventStore, attempt: &Attempt) -> Result<Option<OrderId>, ApplyError> {
    let holders = store.holders(&[claim(attempt)]).await?;
    Ok(order(holders.into_iter().next().flatten())?)
}

/// What an order takes when it registers an attempt.
pub(super) fn claim(attempt: &Attempt) -> ClaimKey {
    ClaimKey::open(ATTEMPT, attempt.key())
}

/// The order that holds an attempt, if an order does.
pub(super) fn order(holder: Option<StreamRef>) -> Result<Option<OrderId>, IdError> {
    let order = holder.filter(|stream| *stream.aggregate_type == *Order::TYPE);
    order.map(|stream| OrderId::new(&stream.aggregate_id)).transpose()
}

async fn placed(store: &EventStore, order: &OrderId) -> Result<Place, StoreError> {
    let order = store.load::<Order>(order.as_str()).await?.state;
    Ok(Place::of(&order).unwrap_or_default())
}

impl Place {
    /// Where an order was placed; none if it is not.
    pub(super) fn of(order: &OrderState) -> Option<Self> {
        order.placed.as_ref().map(|placed| Self {
            store_id: Some(placed.store_id.clone()),
            channel: Some(placed.channel.clone()),
            time_zone: Some(placed.time_zone.clone()),
            member_id: order.member_id.clone(),
        })
    }
}

/// Dated in the store's zone; in Shanghai's, like the provider's statements, while the store is not known.
pub(super) fn metadata(happened_at: Timestamp, place: &Place, notice_id: &str) -> Metadata {
    let zone = place.time_zone.clone().unwrap_or_else(TimeZoneId::shanghai);
    Metadata {
        occurred_at: happened_at,
        business_date: zone.business_date(happened_at),
        actor: Arc::from(ACTOR),
        channel: place.channel.clone(),
        store_id: place.store_id.clone(),
        correlation_id: Arc::from(notice_id),
        causation_id: None,
        depth: 0,
    }
}
