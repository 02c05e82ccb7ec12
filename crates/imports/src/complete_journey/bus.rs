//! Where commands go: to the log directly; payments, if asked for, as signed notices by HTTP.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use guanxi_domain::member::{
    Activate, ConsentGrant, Enrol, EnrolSource, Identity, IdentityKind, Member, MemberCommand, Profile,
    Purpose, lookup_kind,
};
use guanxi_event_store::{CommandContext, EventStore, Keep, NewKey};
use guanxi_kernel::{
    BusinessDate, Channel, CommandId, Decider, Metadata, StoreId, SubjectId, TimeZoneId, Timestamp,
};
use serde::Serialize;

use super::commands::{APPID, Notice, channel, member_of, openid_of, store_id};
use super::data::Line;
use super::{ImportError, NAME};

/// Delivers a payment otherwise than over the bus: as its provider would.
#[async_trait]
pub trait PaymentRoute: Send + Sync {
    /// Returns when the notice was accepted; delivering it twice is harmless.
    ///
    /// # Errors
    /// It was not accepted.
    async fn deliver(&self, notice: &Notice) -> Result<(), ImportError>;

    /// Returns when every accepted notice has been translated; asked at the end of each day, so that the clock is not
    /// raised before. A route that knows nothing of that lets the next day begin.
    ///
    /// # Errors
    /// They are not, in time.
    async fn settle(&self) -> Result<(), ImportError> {
        Ok(())
    }
}

/// A failed command is tried again after this, then after twice as long …
const PATIENCE: Duration = Duration::from_millis(5);
/// … until it would be this, about twenty seconds in all.
const MOST_PATIENCE: Duration = Duration::from_secs(20);

/// Executes the import's commands.
#[derive(Clone)]
pub struct Bus {
    store: EventStore,
    actor: Arc<str>,
    zone: TimeZoneId,
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bus")
    }
}

/// When and where a command is said to happen.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub at: Timestamp,
    pub date: BusinessDate,
    pub store: Option<StoreId>,
    pub channel: Option<Channel>,
}

impl Bus {
    pub(super) fn new(store: EventStore, zone: TimeZoneId) -> Self {
        Self {
            store,
            actor: format!("import:{NAME}").into(),
            zone,
        }
    }

    /// At an instant, at no store.
    pub(super) fn nowhere(&self, at: Timestamp) -> Place {
        Place {
            at,
            date: self.zone.business_date(at),
            store: None,
            channel: None,
        }
    }

    /// At a store's till.
    pub(super) fn till(&self, store: u32, at: Timestamp) -> Result<Place, ImportError> {
        Ok(Place {
            at,
            date: self.zone.business_date(at),
            store: Some(store_id(store).map_err(|error| unusable(&error))?),
            channel: Some(channel().map_err(|error| unusable(&error))?),
        })
    }

    /// Executes a command; its content is what a resumed import must find again.
    pub(super) async fn execute<D: Decider>(
        &self,
        step: &str,
        id: &str,
        command: &D::Command,
        place: Place,
    ) -> Result<(), ImportError>
    where
        D::Command: Serialize,
    {
        self.send::<D>(step, id, command, place, command, Vec::new())
            .await
    }

    /// Enrols a household where it was first met, known by an openid, and activates it there: the source's households
    /// all hold the chain's loyalty card.
    pub(super) async fn enrol(&self, visit: &Line) -> Result<(), ImportError> {
        let member = member_of(visit.household).map_err(|error| unusable(&error))?;
        let subject = SubjectId::new(member.as_str()).map_err(|error| unusable(&error))?;
        let new = self.store.vault().new_subject(subject.clone())?;
        let openid = openid_of(visit.household);
        let lookup = self
            .store
            .vault()
            .lookup_hash(&lookup_kind(IdentityKind::Openid, Some(APPID)), &openid);
        let place = self.till(visit.store, visit.at())?;
        let enrol = Enrol {
            source: EnrolSource::Import,
            subjects: vec![subject],
            identities: vec![Identity {
                kind: IdentityKind::Openid,
                issuer: Some(APPID.to_owned()),
                value: new.key.seal(&openid)?,
                lookup: new.key.seal(&lookup)?,
            }],
            profile: Profile::default(),
            store_id: place.store.clone(),
            channel: place.channel.clone(),
        };
        let step = format!("enrol/{}", visit.household);
        let command = MemberCommand::Enrol(enrol);
        // Seals differ from time to time; the household is what must be the same.
        let content = ("enrol", visit.household);
        self.send::<Member>(
            &step,
            member.as_str(),
            &command,
            place.clone(),
            &content,
            vec![new.stored],
        )
        .await?;
        let activate = MemberCommand::Activate(Activate {
            consents: vec![ConsentGrant {
                purpose: Purpose::Membership,
                document: "loyalty-card".to_owned(),
                granted_at: visit.at(),
            }],
            profile: Profile::default(),
            store_id: place.store.clone(),
            channel: place.channel.clone(),
        });
        self.execute::<Member>(
            &format!("activate/{}", visit.household),
            member.as_str(),
            &activate,
            place,
        )
        .await
    }

    async fn send<D: Decider>(
        &self,
        step: &str,
        id: &str,
        command: &D::Command,
        place: Place,
        content: &(impl Serialize + Sync),
        new_keys: Vec<NewKey>,
    ) -> Result<(), ImportError> {
        let command_id = CommandId::new(format!("import:{NAME}:{step}")).map_err(|error| unusable(&error))?;
        let context = CommandContext {
            digest: self.store.digest(content),
            metadata: Metadata {
                occurred_at: place.at,
                business_date: place.date,
                actor: Arc::clone(&self.actor),
                channel: place.channel,
                store_id: place.store,
                correlation_id: command_id.as_str().into(),
                causation_id: None,
                depth: 0,
            },
            command_id,
            keep: Keep::Everything,
            new_keys,
        };
        let failed = |source| ImportError::Command {
            step: step.to_owned(),
            source,
        };
        let mut patience = PATIENCE;
        loop {
            match self.store.execute::<D>(id, command, &context).await {
                Ok(_) => return Ok(()),
                // The queue is full, or the database away for a moment: the command is not wrong.
                Err(error) if error.is_transient() && patience < MOST_PATIENCE => {
                    tracing::debug!(step, %error, "trying again");
                    tokio::time::sleep(patience).await;
                    patience *= 2;
                }
                Err(source) => return Err(failed(source)),
            }
        }
    }
}

pub(super) fn unusable(error: &guanxi_kernel::IdError) -> ImportError {
    ImportError::Value {
        file: "data set",
        row: 0,
        what: error.to_string(),
    }
}
