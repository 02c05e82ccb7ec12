//! Which tags members have on a day, and why.

use axum::Json;
use axum::extract::State;
use guanxi_domain::member::Member;
use guanxi_views::crm_tags::{MemberTags, TagFilter, WholeMember, get as find, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::day::{day, today};
use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::{Caller, Reached, Reader};
use crate::http::{Page, PageQuery, Params, Problem, Segment, answer};

answer!(TagsLine, MemberTags);
answer!(TagsOfMember, WholeMember);

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TagParams {
    /// Only members who have this tag on the day.
    tag: Option<String>,
    /// The day, `2026-03-01`; today (in Shanghai) unless given. A day to come tells what will be if nothing happens.
    #[param(format = Date)]
    on: Option<String>,
    /// Only members who are at home at this store.
    store_id: Option<String>,
}

/// Members with their tags.
#[utoipa::path(
    get, path = "/v1/member-tags", tag = "views", params(TagParams, WaitQuery, PageQuery),
    summary = "Members with the tags that they have on a day: on whose word, by which rule, and the positions of the events behind each.",
    responses((status = 200, body = Page<TagsLine>, description = "Members in the order of their ids."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<TagParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<MemberTags>>, Problem> {
    let on = day("on", params.on.as_deref())?.unwrap_or_else(|| today(&state));
    let filter = TagFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        tag: params.tag,
    };
    wait.of(&state, "crm_tags").await?;
    let after = page.after()?;
    let rows = query(state.store.pool(), &filter, on, after.as_deref(), page.limit()?).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}

/// Which day of a member.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DayParams {
    /// The day, `2026-03-01`; all spans, past and to come, unless given.
    #[param(format = Date)]
    on: Option<String>,
}

/// The tags of one member.
#[utoipa::path(
    get, path = "/v1/members/{id}/tags", tag = "views",
    params(("id" = String, Path, description = "The member."), DayParams, WaitQuery),
    summary = "A member's tags with their reasons, and those of the members merged into it.",
    responses((status = 200, body = TagsOfMember, description = "The tags."),
              (status = 404, body = Problem, description = "Nothing is known of such a member.")),
)]
pub(super) async fn get(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(id): Segment<String>,
    Params(params): Params<DayParams>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<WholeMember>, Problem> {
    reaches(&state, &caller, &id).await?;
    let on = day("on", params.on.as_deref())?;
    wait.of(&state, "crm_tags").await?;
    let found = find(state.store.pool(), &id, on)
        .await
        .map_err(|error| fault(&error))?;
    let found = found.ok_or_else(|| Problem::not_found(format!("Nothing is known of a member {id}.")))?;
    Ok(Json(found))
}

/// Checks that a key reaches a member.
pub(super) async fn reaches(state: &ApiState, caller: &Caller, id: &str) -> Result<(), Problem> {
    let member = state.store.load::<Member>(id).await;
    let member = member.map_err(|error| crate::commands::fault(&error))?;
    caller.reaches(&Member::reach(id, &member.state), None)
}
