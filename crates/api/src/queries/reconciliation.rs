//! Payments and refunds beside orders.

use axum::Json;
use axum::extract::State;
use guanxi_views::payment_reconciliation::{MoneyFilter, MoneyLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(ReconciliationLine, MoneyLine);

/// Which payments and refunds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MoneyParams {
    /// `parked`, `claimed`, `mismatched` or `recorded`.
    state: Option<String>,
    /// Only of this order.
    order_id: Option<String>,
    /// Only what is parked, mismatched, surplus, or differs from its attempt.
    #[serde(default)]
    odd: bool,
}

/// The reconciliation.
#[utoipa::path(
    get, path = "/v1/reconciliation", tag = "views", params(MoneyParams, WaitQuery, PageQuery),
    summary = "Payments and refunds that providers told of, and whether they found their order.",
    responses((status = 200, body = Page<ReconciliationLine>, description = "Payments and refunds."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<MoneyParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<MoneyLine>>, Problem> {
    caller.everywhere()?;
    wait.of(&state, "payment_reconciliation").await?;
    let filter = MoneyFilter {
        state: params.state,
        order_id: params.order_id,
        odd: params.odd,
    };
    let rows = query(
        state.store.pool(),
        &filter,
        page.after()?.as_deref(),
        page.limit()?,
    )
    .await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
