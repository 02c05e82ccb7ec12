//! Carries out what a notice means: finds or enrols the customer, asks, and tells what came of it.

use std::sync::Arc;

use guanxi_domain::guide::{GuideRelationship, HANDOVER_SCOPE, handover_key};
use guanxi_domain::member::{EnrolSource, IdentityKind, Member};
use guanxi_domain::store::Store;
use guanxi_event_store::{CommandContext, EventStore, ExecuteError, Keep, StoreError};
use guanxi_kernel::{Channel, ClaimKey, IdError, MemberId, Metadata, SubjectId, TimeZoneId};

use super::SOURCE;
use super::body::ExternalUserId;
use super::translate::{self, CHANNEL, Contact, Meaning, Target};
use crate::person::{self, Introduction, PersonError, Sign};

/// Who acts in the name of a notice.
const ACTOR: &str = "callback:wecom";

/// The notice that a change was read from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its name: everything that follows from it is correlated by it.
    pub notice: &'a str,
    /// The subject that the notice is sealed under, to be joined to the customer's.
    pub subject: Option<&'a SubjectId>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// Asked of the house, which has it.
    Recorded(MemberId),
    /// Nobody holds the customer's id, this guide never served the member, or no handover is under way: the notice may
    /// have overtaken another.
    NotYet,
    /// The customer was enrolled by this very notice and has been erased since.
    Erased,
}

/// Why a change was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The rules refuse. A person must look.
    #[error("{0}")]
    Contradiction(ExecuteError),
    /// Something in the notice is no id.
    #[error("an id in the notice cannot be used: {0}")]
    Id(#[from] IdError),
    /// The customer.
    #[error(transparent)]
    Person(#[from] PersonError),
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
            Self::Person(error) => error.is_transient(),
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

/// The sign by which a company knows a customer.
#[must_use]
pub fn sign<'a>(corp_id: &'a str, customer: &'a ExternalUserId) -> Sign<'a> {
    Sign {
        kind: IdentityKind::Wecom,
        issuer: Some(corp_id),
        value: &customer.0,
    }
}

/// Records a change. Doing it again, here or on another server, changes nothing.
///
/// # Errors
/// Nothing was changed; see [`ApplyError::is_transient`].
pub async fn apply(
    store: &EventStore,
    contact: &Contact,
    meaning: Meaning,
    customer: &ExternalUserId,
    source: Source<'_>,
) -> Result<Applied, ApplyError> {
    let metadata = metadata(store, contact, source).await?;
    let signs = [sign(&contact.corp_id, customer)];
    let member = if meaning.introduces() {
        let introduction = Introduction {
            partner: SOURCE,
            occasion: source.notice,
            source: EnrolSource::Contact,
            store_id: contact.store_id.as_ref(),
            channel: metadata.channel.as_ref(),
            metadata: &metadata,
        };
        match person::find_or_enrol(store, &signs, introduction).await? {
            Some(member) => member,
            None => return Ok(Applied::Erased),
        }
    } else {
        match person::find(store, &signs).await? {
            Some(member) => member,
            None => return Ok(Applied::NotYet),
        }
    };
    if let Some(subject) = source.subject {
        store
            .vault()
            .adopt(std::slice::from_ref(subject), &member)
            .await?;
    }
    ask(store, contact, meaning, member, metadata).await
}

async fn ask(
    store: &EventStore,
    contact: &Contact,
    meaning: Meaning,
    member: MemberId,
    metadata: Metadata,
) -> Result<Applied, ApplyError> {
    let handover = handover_to(store, contact, &member).await?;
    for request in translate::requests(contact, meaning, &member, handover.as_deref())? {
        let context = CommandContext {
            command_id: request.command_id,
            digest: store.digest(contact),
            metadata: metadata.clone(),
            // What is refused because it came too early is decided anew when it is tried again.
            keep: Keep::Appended,
            new_keys: Vec::new(),
        };
        let answer = match request.target {
            Target::Pair(id, command) => store.execute::<GuideRelationship>(&id, &command, &context).await,
            Target::Member(command) => store.execute::<Member>(member.as_str(), &command, &context).await,
        };
        match answer {
            Ok(_) => return Ok(Applied::Recorded(member)),
            Err(ExecuteError::Refused(refused)) if request.passed_on_by.contains(&&*refused.code) => {}
            Err(ExecuteError::Refused(refused)) if refused.code == "guide.not_bound" => {
                return Ok(Applied::NotYet);
            }
            // Contacts already; at another shop or as the only guide, which the house decided and WeCom does not know.
            Err(ExecuteError::Refused(refused)) if refused.code == "guide.already_bound" => {
                return Ok(Applied::Recorded(member));
            }
            Err(error) => return Err(error.into()),
        }
    }
    // Once it was rejected nothing leads to the handover any more; the notice may come again all the same.
    let rejected = store.outcome(&translate::rejection(contact, &member)?).await?;
    Ok(rejected.map_or(Applied::NotYet, |_| Applied::Recorded(member)))
}

/// The pair that gives the member away to this guide just now.
async fn handover_to(
    store: &EventStore,
    contact: &Contact,
    member: &MemberId,
) -> Result<Option<String>, StoreError> {
    let claim = ClaimKey::open(HANDOVER_SCOPE, handover_key(&contact.guide_id, member));
    let holder = store.holders(&[claim]).await?.into_iter().flatten().next();
    Ok(holder.map(|pair| pair.aggregate_id.to_string()))
}

/// Dated in the shop's zone; in Shanghai's where the shop is not known.
async fn metadata(store: &EventStore, contact: &Contact, source: Source<'_>) -> Result<Metadata, ApplyError> {
    let zone = match &contact.store_id {
        Some(id) => {
            let shop = store.load::<Store>(id.as_str()).await?.state;
            let terms = shop.terms_at(contact.happened_at);
            terms.map(|terms| terms.time_zone.clone())
        }
        None => None,
    };
    let zone = zone.unwrap_or_else(TimeZoneId::shanghai);
    Ok(Metadata {
        occurred_at: contact.happened_at,
        business_date: zone.business_date(contact.happened_at),
        actor: Arc::from(ACTOR),
        channel: Some(Channel::new(CHANNEL)?),
        store_id: contact.store_id.clone(),
        correlation_id: Arc::from(source.notice),
        causation_id: None,
        depth: 0,
    })
}
