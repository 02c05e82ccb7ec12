//! What the chain owes in points.

use axum::Json;
use axum::extract::State;
use guanxi_kernel::BusinessDate;
use guanxi_views::points_liability::{LiabilityFilter, LiabilityLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(LiabilityOfDay, LiabilityLine);

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LiabilityParams {
    /// Only members of this home store.
    store_id: Option<String>,
    /// Only members of this tier; `none` for those with none above everybody's.
    tier: Option<String>,
    /// First day, `2026-03-01`.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day.
    #[param(format = Date)]
    until: Option<String>,
}

/// The liability.
#[utoipa::path(
    get, path = "/v1/points-liability", tag = "views", params(LiabilityParams, WaitQuery, PageQuery),
    summary = "Points owed at the end of each day on which they changed, by home store and tier, and what flowed that day.",
    responses((status = 200, body = Page<LiabilityOfDay>, description = "Lines by day."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<LiabilityParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<LiabilityLine>>, Problem> {
    let day = |text: &Option<String>| {
        let parsed = text.as_deref().map(str::parse::<BusinessDate>).transpose();
        parsed.map_err(|_| Problem::invalid("from and until are days, written 2026-03-01."))
    };
    let filter = LiabilityFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        tier: params.tier.clone(),
        from: day(&params.from)?,
        until: day(&params.until)?,
    };
    wait.of(&state, "points_liability").await?;
    let rows = query(
        state.store.pool(),
        &filter,
        page.after()?.as_deref(),
        page.limit()?,
    )
    .await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
