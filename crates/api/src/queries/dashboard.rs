//! How each store did on each day.

use axum::Json;
use axum::extract::State;
use guanxi_kernel::BusinessDate;
use guanxi_views::store_dashboard::{DashboardFilter, DashboardRow, Grain, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(DashboardLine, DashboardRow);

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DashboardParams {
    /// `channel` (store, day and channel; the usual), `store` (store and day) or `chain` (day).
    #[param(pattern = "^(channel|store|chain)$")]
    grain: Option<String>,
    /// Only this store.
    store_id: Option<String>,
    /// Only this channel.
    channel: Option<String>,
    /// First day, `2026-03-01`.
    #[param(format = Date)]
    from: Option<String>,
    /// Last day.
    #[param(format = Date)]
    until: Option<String>,
}

/// The dashboard.
#[utoipa::path(
    get, path = "/v1/dashboard", tag = "views", params(DashboardParams, WaitQuery, PageQuery),
    summary = "Orders, GMV, refunds, buyers, new members, coupons by store, day and channel; definitions in docs/figures.md.",
    responses((status = 200, body = Page<DashboardLine>, description = "Lines in the order of their keys."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn dashboard(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<DashboardParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<DashboardRow>>, Problem> {
    let grain = match params.grain.as_deref() {
        None | Some("channel") => Grain::Channel,
        Some("store") => Grain::Store,
        Some("chain") => Grain::Chain,
        Some(_) => return Err(Problem::invalid("grain is channel, store or chain.")),
    };
    if grain == Grain::Chain {
        caller.everywhere()?;
    }
    let day = |text: &Option<String>| {
        let parsed = text.as_deref().map(str::parse::<BusinessDate>).transpose();
        parsed.map_err(|_| Problem::invalid("from and until are days, written 2026-03-01."))
    };
    let filter = DashboardFilter {
        grain,
        stores: caller.stores_asked(params.store_id.as_deref())?,
        from: day(&params.from)?,
        until: day(&params.until)?,
        channel: params.channel.clone(),
    };
    wait.of(&state, "store_dashboard").await?;
    let rows = query(
        state.store.pool(),
        &filter,
        page.after()?.as_deref(),
        page.limit()?,
    )
    .await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
