//! Two accounts of one person become one, and two again. What must be known of the survivor is looked up here.

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::member::{Member, MemberCommand, MemberStatus, Merge, Survivor, Unmerge};
use guanxi_kernel::{MemberId, TimeZoneId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Receipt;
use super::execute::{Asked, fault};
use crate::ApiState;
use crate::access::{Caller, Commander};
use crate::http::{Body, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(merge))
        .routes(routes!(unmerge))
}

/// Into whom, and why.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct MergeRequest {
    /// The survivor.
    #[schema(value_type = String)]
    pub into: MemberId,
    /// Why you think that the two are one person. No personal data.
    #[garde(length(bytes, min = 1, max = 200))]
    pub reason: String,
}

/// Why a merge is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct UnmergeRequest {
    /// Why. No personal data.
    #[garde(length(bytes, min = 1, max = 200))]
    pub reason: String,
}

/// Merges a member into another.
#[utoipa::path(
    post, path = "/v1/members/{id}/merge", tag = "members", operation_id = "members_merge",
    summary = "Closes this member in favour of another: points, debts and orders go over, and its signs lead there.",
    params(("id" = String, Path, description = "The member that is closed."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = MergeRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn merge(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<MergeRequest>,
) -> Result<Json<Receipt>, Problem> {
    let asked = Asked::new(&state, &caller, &key, &("merge", &id, &body))?;
    let source = MemberId::new(&id).map_err(|error| Problem::unfit(error.to_string()))?;
    let time_zone = TimeZoneId::shanghai();
    let command = Merge {
        source,
        survivor: survivor(&state, &caller, &body.into).await?,
        into: body.into,
        reason: body.reason,
        merged_on: time_zone.business_date(state.now()),
        time_zone,
    };
    asked.execute::<Member>(&id, &MemberCommand::Merge(command)).await
}

/// Takes a merge back.
#[utoipa::path(
    post, path = "/v1/members/{id}/unmerge", tag = "members", operation_id = "members_unmerge",
    summary = "Takes a merge back: this member stands alone again, with what is left of what it brought.",
    params(("id" = String, Path, description = "The member that was closed."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = UnmergeRequest,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
pub(super) async fn unmerge(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Body(body): Body<UnmergeRequest>,
) -> Result<Json<Receipt>, Problem> {
    let asked = Asked::new(&state, &caller, &key, &("unmerge", &id, &body))?;
    let loaded = state.store.load::<Member>(&id).await;
    let into = loaded.map_err(|error| fault(&error))?.state.merged_into.clone();
    let survivor = match &into {
        Some(into) => survivor(&state, &caller, into).await?,
        None => Survivor::default(),
    };
    let time_zone = TimeZoneId::shanghai();
    let command = Unmerge {
        survivor,
        reason: body.reason,
        unmerged_on: time_zone.business_date(state.now()),
        time_zone,
    };
    asked
        .execute::<Member>(&id, &MemberCommand::Unmerge(command))
        .await
}

/// What the rules must know of the survivor. A key that is limited to stores must reach that one as well.
async fn survivor(state: &ApiState, caller: &Caller, id: &MemberId) -> Result<Survivor, Problem> {
    let loaded = state.store.load::<Member>(id.as_str()).await;
    let loaded = loaded.map_err(|error| fault(&error))?;
    let survivor = &loaded.state;
    if caller.stores.is_some() && survivor.status != MemberStatus::Unknown {
        match &survivor.home_store {
            Some(store) => caller.at_store(store)?,
            None => caller.everywhere()?,
        }
    }
    Ok(Survivor {
        known: survivor.status != MemberStatus::Unknown,
        active: survivor.status == MemberStatus::Active,
        merged: survivor.merged_into.is_some(),
        erased: survivor.status == MemberStatus::Erased,
    })
}
