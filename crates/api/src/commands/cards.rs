//! Physical cards: their numbers are sealed here, like every sign by which a person is known.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::member::{BindCard, IdentityKind, Member, MemberCommand, UnbindCard};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Receipt;
use super::enrol::IdentityRequest;
use super::execute::{Asked, fault};
use super::identities::{no_key, opened, sealed_as_linked};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(bind)).routes(routes!(unbind))
}

/// A physical card.
#[derive(Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CardRequest {
    /// Who issued it, where numbers of several issuers are about.
    #[garde(inner(length(bytes, max = 64)))]
    pub issuer: Option<String>,
    /// The number on it.
    #[garde(length(bytes, min = 1, max = 200))]
    pub number: String,
}

impl CardRequest {
    fn identity(&self) -> IdentityRequest {
        IdentityRequest {
            kind: IdentityKind::Card,
            issuer: self.issuer.clone(),
            value: self.number.clone(),
        }
    }
}

/// Binds a card.
#[utoipa::path(
    post, path = "/v1/members/{id}/bind-card", tag = "members", operation_id = "members_bind_card",
    summary = "Binds a physical card. Another member's is refused.",
    params(("id" = String, Path, description = "The member."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = CardRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn bind(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<CardRequest>,
) -> Result<Json<Receipt>, Problem> {
    let (member, keys) = opened(&state, &id).await?;
    let Some(subject_key) = member.subjects.iter().find_map(|subject| keys.get(subject)) else {
        return Err(no_key());
    };
    let card = body.identity().seal(&state.store, subject_key);
    let card = card.map_err(|error| fault(&error))?;
    let asked = Asked::new(&state, &caller, &key, &("bind_card", &id, &body))?;
    asked
        .execute::<Member>(&id, &MemberCommand::BindCard(BindCard { card }))
        .await
}

/// Takes a card away.
#[utoipa::path(
    post, path = "/v1/members/{id}/unbind-card", tag = "members", operation_id = "members_unbind_card",
    summary = "Takes a physical card away, e.g. a lost one; it may then be bound to somebody else.",
    params(("id" = String, Path, description = "The member."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = CardRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn unbind(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<CardRequest>,
) -> Result<Json<Receipt>, Problem> {
    let (member, keys) = opened(&state, &id).await?;
    let value = sealed_as_linked(&member, &keys, &body.identity())?;
    let command = UnbindCard {
        issuer: body.issuer.clone(),
        value,
    };
    let asked = Asked::new(&state, &caller, &key, &("unbind_card", &id, &body))?;
    asked
        .execute::<Member>(&id, &MemberCommand::UnbindCard(command))
        .await
}
