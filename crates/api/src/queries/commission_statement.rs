//! What guides earned, month by month.

use axum::Json;
use axum::extract::State;
use guanxi_views::commission_statement::{StatementFilter, StatementLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(StatementLineAnswer, StatementLine);

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatementParams {
    /// Only this guide.
    guide_id: Option<String>,
    /// First month, `2026-03`.
    from: Option<String>,
    /// Last month.
    until: Option<String>,
}

/// Lines by guide and month.
#[utoipa::path(
    get, path = "/v1/commission-statement", tag = "views", params(StatementParams, WaitQuery, PageQuery),
    summary = "Commission accrued, reversed, payable and settled, by guide and month; definitions in docs/figures.md.",
    responses((status = 200, body = Page<StatementLineAnswer>, description = "Lines by guide and month."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<StatementParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<StatementLine>>, Problem> {
    caller.everywhere()?;
    let filter = StatementFilter {
        guide_id: params.guide_id,
        from: params.from,
        until: params.until,
    };
    wait.of(&state, "commission_statement").await?;
    let (after, limit) = (page.after()?, page.limit()?);
    let rows = query(state.store.pool(), &filter, after.as_deref(), limit).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
