//! Everything about one member, with the name opened for the answer.

use axum::Json;
use axum::extract::State;
use guanxi_domain::member::Member;
use guanxi_views::member_360::{MemberOverview, get};

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::{Reached as _, Reader};
use crate::commands::fault as log_fault;
use crate::http::{Params, Problem, Segment, answer};

answer!(Overview, MemberOverview);

/// A member on one page.
#[utoipa::path(
    get, path = "/v1/members/{id}/overview", tag = "views",
    params(("id" = String, Path, description = "The member, or one who was merged into another."), WaitQuery),
    summary = "A member on one page: how known, tier, points with lots, coupons, orders, guides, tags. The name is opened for the answer.",
    responses((status = 200, body = Overview, description = "The member; the survivor, where the one asked for was merged."),
              (status = "4XX", body = Problem, description = "Not valid, not allowed, or there is no such member.")),
)]
pub(super) async fn overview(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(id): Segment<String>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<MemberOverview>, Problem> {
    wait.of(&state, "member_360").await?;
    let found = get(state.store.pool(), &id)
        .await
        .map_err(|error| fault(&error))?;
    let Some(mut found) = found else {
        caller.everywhere()?;
        return Err(Problem::not_found(format!("There is no member {id}.")));
    };
    let member = state.store.load::<Member>(&found.member_id).await;
    let member = member.map_err(|error| log_fault(&error))?;
    caller.reaches(&Member::reach(&found.member_id, &member.state), None)?;
    if let Some(name) = &member.state.profile.name {
        let keys = state
            .store
            .vault()
            .keys(std::slice::from_ref(&name.subject))
            .await;
        let keys = keys.map_err(|error| log_fault(&error))?;
        found.name = keys.get(&name.subject).and_then(|key| key.open(name).ok());
    }
    Ok(Json(found))
}
