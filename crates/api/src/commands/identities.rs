//! Signs by which a member is known: sealed under the member's own subject.

use axum::Json;
use axum::extract::State;
use guanxi_domain::member::{LinkIdentity, Member, MemberCommand, MemberState, UnlinkIdentity};
use guanxi_event_store::Keys;
use guanxi_kernel::Sealed;

use super::Receipt;
use super::enrol::IdentityRequest;
use super::execute::{Asked, fault};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

/// Adds a sign.
#[utoipa::path(
    post, path = "/v1/members/{id}/link-identity", tag = "members",
    summary = "Adds a sign by which the person is known. Another member's is refused.",
    params(("id" = String, Path, description = "The member."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = IdentityRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn link(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<IdentityRequest>,
) -> Result<Json<Receipt>, Problem> {
    let (member, keys) = opened(&state, &id).await?;
    let Some(subject_key) = member.subjects.iter().find_map(|subject| keys.get(subject)) else {
        return Err(no_key());
    };
    let identity = body
        .seal(&state.store, subject_key)
        .map_err(|error| fault(&error))?;
    let asked = Asked::new(&state, &caller, &key, &("link", &id, &body))?;
    asked
        .execute::<Member>(&id, &MemberCommand::LinkIdentity(LinkIdentity { identity }))
        .await
}

/// Takes a sign away.
#[utoipa::path(
    post, path = "/v1/members/{id}/unlink-identity", tag = "members",
    summary = "Takes a sign away; it may then belong to somebody else.",
    params(("id" = String, Path, description = "The member."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = IdentityRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn unlink(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<IdentityRequest>,
) -> Result<Json<Receipt>, Problem> {
    let (member, keys) = opened(&state, &id).await?;
    let value = sealed_as_linked(&member, &keys, &body)?;
    let command = UnlinkIdentity {
        kind: body.kind,
        issuer: body.issuer.clone(),
        value,
    };
    let asked = Asked::new(&state, &caller, &key, &("unlink", &id, &body))?;
    asked
        .execute::<Member>(&id, &MemberCommand::UnlinkIdentity(command))
        .await
}

/// A sign, sealed as it was linked: it may lie under any of the member's subjects; its tag tells under which.
pub(super) fn sealed_as_linked(
    member: &MemberState,
    keys: &Keys,
    sign: &IdentityRequest,
) -> Result<Sealed<String>, Problem> {
    for identity in member
        .identities
        .iter()
        .filter(|identity| identity.kind == sign.kind)
    {
        if let Some(subject_key) = keys.get(&identity.value.subject) {
            let sealed = subject_key.seal(&sign.value).map_err(|error| fault(&error))?;
            if identity.is(sign.kind, sign.issuer.as_deref(), &sealed) {
                return Ok(sealed);
            }
        }
    }
    // Not linked: the rules say what that means.
    let any = member.subjects.iter().find_map(|subject| keys.get(subject));
    let any = any.ok_or_else(no_key)?;
    any.seal(&sign.value).map_err(|error| fault(&error))
}

pub(super) async fn opened(state: &ApiState, id: &str) -> Result<(MemberState, Keys), Problem> {
    let loaded = state
        .store
        .load::<Member>(id)
        .await
        .map_err(|error| fault(&error))?;
    let member = MemberState::clone(&loaded.state);
    let subjects: Vec<_> = member.subjects.iter().cloned().collect();
    let keys = state
        .store
        .vault()
        .keys(&subjects)
        .await
        .map_err(|error| fault(&error))?;
    Ok((member, keys))
}

pub(super) fn no_key() -> Problem {
    Problem::refused(
        "member.unknown",
        "there is no such member, or the person was erased",
    )
}
