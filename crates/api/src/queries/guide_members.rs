//! Whom guides serve.

use axum::Json;
use axum::extract::State;
use guanxi_views::guide_members::{GuideMemberFilter, GuideMemberLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(GuideMemberLineAnswer, GuideMemberLine);

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GuideMemberParams {
    /// Only guides of this store.
    store_id: Option<String>,
    /// Only this guide's.
    guide_id: Option<String>,
    /// Only this member's.
    member_id: Option<String>,
    /// `bound`, `handover_requested`, `handed_over`, `expired`, `unbound` or `never`.
    standing: Option<String>,
}

/// Lines by guide and member.
#[utoipa::path(
    get, path = "/v1/guide-members", tag = "views", params(GuideMemberParams, WaitQuery, PageQuery),
    summary = "Guides and the members they serve or served, with handovers and what was earned.",
    responses((status = 200, body = Page<GuideMemberLineAnswer>, description = "Lines by guide and member."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<GuideMemberParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<GuideMemberLine>>, Problem> {
    let filter = GuideMemberFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        guide_id: params.guide_id,
        member_id: params.member_id,
        standing: params.standing,
    };
    wait.of(&state, "guide_members").await?;
    let (after, limit) = (page.after()?, page.limit()?);
    let rows = query(state.store.pool(), &filter, after.as_deref(), limit).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
