//! Where members stand.

use axum::Json;
use axum::extract::State;
use guanxi_views::funnel::{MemberTier, TierFilter, get as find, members as list};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, Segment, answer};
use crate::queries::day::{day, today};
use crate::queries::fresh::{WaitQuery, fault};
use crate::queries::tags::reaches;

answer!(FunnelMember, MemberTier);

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MemberParams {
    /// Only members who are in this tier at the end of the day, e.g. `super`.
    tier: Option<String>,
    /// The day, `2026-03-01`; today (in Shanghai) unless given. A day to come tells what will be if nothing happens.
    on: Option<String>,
    /// Only members who are at home at this store then.
    store_id: Option<String>,
}

/// Members with their tiers.
#[utoipa::path(
    get, path = "/v1/funnel/members", tag = "views", params(MemberParams, WaitQuery, PageQuery),
    summary = "Members with the tier of the funnel in which they are at the end of a day, and their whole paths.",
    responses((status = 200, body = Page<FunnelMember>, description = "Members in the order of their ids."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(in crate::queries) async fn members(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<MemberParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<MemberTier>>, Problem> {
    let on = day("on", params.on.as_deref())?.unwrap_or_else(|| today(&state));
    let filter = TierFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        tier: params.tier,
    };
    wait.of(&state, "funnel").await?;
    let after = page.after()?;
    let rows = list(state.store.pool(), &filter, on, after.as_deref(), page.limit()?).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}

/// Which day of a member.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OneParams {
    /// The day, `2026-03-01`; today (in Shanghai) unless given.
    on: Option<String>,
}

/// The path of one member.
#[utoipa::path(
    get, path = "/v1/members/{id}/funnel", tag = "views",
    params(("id" = String, Path, description = "The member."), OneParams, WaitQuery),
    summary = "A member's tier of the funnel at the end of a day, and the whole path with the events behind each step.",
    responses((status = 200, body = FunnelMember, description = "The path."),
              (status = 404, body = Problem, description = "Nothing is known of such a member.")),
)]
pub(in crate::queries) async fn get(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(id): Segment<String>,
    Params(params): Params<OneParams>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<MemberTier>, Problem> {
    reaches(&state, &caller, &id).await?;
    let on = day("on", params.on.as_deref())?.unwrap_or_else(|| today(&state));
    wait.of(&state, "funnel").await?;
    let found = find(state.store.pool(), &id, on)
        .await
        .map_err(|error| fault(&error))?;
    let found = found.ok_or_else(|| Problem::not_found(format!("Nothing is known of a member {id}.")))?;
    Ok(Json(found))
}
