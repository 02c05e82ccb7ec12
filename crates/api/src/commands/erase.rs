//! Forgetting a person: all subjects that are the person's, those of received notices included.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::member::{Erase, ErasureBasis, Member, MemberCommand};
use guanxi_kernel::MemberId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Receipt;
use super::execute::{Asked, fault};
use crate::ApiState;
use crate::access::Administrator;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

/// On whose word a person is forgotten.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct EraseRequest {
    /// `request`, `retention_ended` or `order`.
    #[schema(value_type = String)]
    pub basis: ErasureBasis,
}

/// Forgets a person.
#[utoipa::path(
    post, path = "/v1/members/{id}/erase", tag = "members",
    summary = "Forgets the person for good. Totals, hashes and proofs stay. Needs the scope admin.",
    params(("id" = String, Path, description = "The member."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = EraseRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn erase(
    State(state): State<ApiState>,
    Administrator(caller): Administrator,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<EraseRequest>,
) -> Result<Json<Receipt>, Problem> {
    let member = MemberId::new(&id).map_err(|error| Problem::unfit(error.to_string()))?;
    let loaded = state
        .store
        .load::<Member>(&id)
        .await
        .map_err(|error| fault(&error))?;
    // Whoever was merged into the member is the same person, with notices of their own.
    let mut subjects = Vec::new();
    for owner in loaded.state.aliases().iter().chain([&member]) {
        let owned = state.store.vault().subjects_of(owner).await;
        subjects.extend(owned.map_err(|error| fault(&error))?);
    }
    let asked = Asked::new(&state, &caller, &key, &("erase", &id, &body))?;
    let command = Erase {
        basis: body.basis,
        subjects,
        requested_at: state.now(),
        survivor: None,
    };
    asked.execute::<Member>(&id, &MemberCommand::Erase(command)).await
}
