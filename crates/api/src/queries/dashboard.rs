//! How each store did on each day.

use axum::Json;
use axum::extract::State;
use guanxi_kernel::BusinessDate;
use guanxi_views::store_dashboard::{DashboardFilter, Grain, query};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::fresh::{fault, wait_for};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Cursor, Page, PageQuery, Params, Problem};

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DashboardParams {
    /// `channel` (store, day and channel; the usual), `store` (store and day) or `chain` (day).
    grain: Option<String>,
    /// Only this store.
    store_id: Option<String>,
    /// Only this channel.
    channel: Option<String>,
    /// First day, `2026-03-01`.
    from: Option<String>,
    /// Last day.
    until: Option<String>,
    /// Position of a command that must be in the figures.
    wait_for: Option<u64>,
    /// Rows at the most: 1 to 1,000, 100 unless given.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The dashboard.
#[utoipa::path(
    get, path = "/v1/dashboard", tag = "views", params(DashboardParams),
    summary = "Orders, GMV, refunds, buyers, new members, coupons by store, day and channel; definitions in docs/figures.md.",
    responses((status = 200, body = Page<Value>, description = "Lines in the order of their keys."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn dashboard(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<DashboardParams>,
) -> Result<Json<Page<Value>>, Problem> {
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
    wait_for(&state, "store_dashboard", params.wait_for).await?;
    let page = PageQuery {
        limit: params.limit,
        cursor: params.cursor,
    };
    let after: Option<String> = Cursor::read(page.cursor.as_deref())?;
    let rows = query(state.store.pool(), &filter, after.as_deref(), page.limit()?).await;
    Page::of(rows.map_err(|error| fault(&error))?)
}
