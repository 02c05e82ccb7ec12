//! Enrolling a person: names, numbers and addresses are sealed here, under a subject minted for the person.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::member::{
    Enrol, EnrolSource, Identity, IdentityKind, Member, MemberCommand, Profile, lookup_kind,
};
use guanxi_event_store::{EventStore, StoreError, SubjectKey};
use guanxi_kernel::{Channel, StoreId, SubjectId, TimeZoneId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Receipt;
use super::execute::{Asked, fault};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

/// A person as an app or a till sends it. Personal fields are sealed before anything is kept.
#[derive(Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct EnrolRequest {
    /// By what the person is known.
    #[serde(default)]
    #[garde(length(max = 10), dive)]
    pub identities: Vec<IdentityRequest>,
    /// Full name.
    #[garde(inner(length(bytes, min = 1, max = 200)))]
    pub name: Option<String>,
    /// Postal address.
    #[garde(inner(length(bytes, min = 1, max = 500)))]
    pub address: Option<String>,
    /// City, which alone names nobody.
    #[garde(inner(length(bytes, max = 100)))]
    pub city: Option<String>,
    /// Year of birth, which alone names nobody.
    #[garde(inner(range(min = 1880, max = 2100)))]
    pub birth_year: Option<i16>,
    /// Where.
    #[schema(value_type = Option<String>)]
    pub store_id: Option<StoreId>,
    /// Through which channel.
    #[schema(value_type = Option<String>)]
    pub channel: Option<Channel>,
}

/// A sign by which a person is known.
#[derive(Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct IdentityRequest {
    /// `openid`, `unionid`, `wecom`, `phone`, `card` or `pos`.
    #[schema(value_type = String)]
    pub kind: IdentityKind,
    /// Within which account it is unique: the appid of an openid, the corp id of a WeCom id.
    #[garde(inner(length(bytes, max = 64)))]
    pub issuer: Option<String>,
    /// The sign itself; a phone number in E.164.
    #[garde(length(bytes, min = 1, max = 200))]
    pub value: String,
}

impl IdentityRequest {
    /// Sealed, with its look-up hash.
    pub(super) fn seal(&self, store: &EventStore, key: &SubjectKey) -> Result<Identity, StoreError> {
        let lookup = store
            .vault()
            .lookup_hash(&lookup_kind(self.kind, self.issuer.as_deref()), &self.value);
        Ok(Identity {
            kind: self.kind,
            issuer: self.issuer.clone(),
            value: key.seal(&self.value)?,
            lookup: key.seal(&lookup)?,
        })
    }
}

/// Enrols a person.
#[utoipa::path(
    post, path = "/v1/members/{id}/enrol", tag = "members",
    summary = "Makes a person known, at first contact. An identity of somebody else is refused.",
    params(("id" = String, Path, description = "Id for the member, chosen by you; not personal."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = EnrolRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn enrol(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<EnrolRequest>,
) -> Result<Json<Receipt>, Problem> {
    let subject = SubjectId::new(format!("member:{}", Uuid::now_v7()))
        .map_err(|error| Problem::unfit(error.to_string()))?;
    let new = state
        .store
        .vault()
        .new_subject(subject.clone())
        .map_err(|error| fault(&error))?;
    let enrol = sealed(&state.store, &new.key, &body).map_err(|error| fault(&error))?;
    // The seals differ each time; what was sent is what must be the same.
    let mut asked = Asked::new(&state, &caller, &key, &("enrol", &id, &body))?
        .with_keys(vec![new.stored])
        .through(body.channel.clone());
    if let Some(store) = &body.store_id {
        asked = asked.at_store(store, &TimeZoneId::shanghai())?;
    }
    asked.execute::<Member>(&id, &MemberCommand::Enrol(enrol)).await
}

fn sealed(store: &EventStore, key: &SubjectKey, body: &EnrolRequest) -> Result<Enrol, StoreError> {
    let identities = body.identities.iter().map(|identity| identity.seal(store, key));
    Ok(Enrol {
        source: EnrolSource::Application,
        subjects: vec![key.subject().clone()],
        identities: identities.collect::<Result<_, _>>()?,
        profile: Profile {
            name: body.name.as_ref().map(|name| key.seal(name)).transpose()?,
            address: body
                .address
                .as_ref()
                .map(|address| key.seal(address))
                .transpose()?,
            city: body.city.clone(),
            birth_year: body.birth_year,
        },
        store_id: body.store_id.clone(),
        channel: body.channel.clone(),
    })
}
