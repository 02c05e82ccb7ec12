//! Payments and refunds beside orders.

use axum::Json;
use axum::extract::State;
use guanxi_views::payment_reconciliation::{MoneyFilter, query};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::fresh::{fault, wait_for};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Cursor, Page, PageQuery, Params, Problem};

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
    /// Position of a command that must be in the answer.
    wait_for: Option<u64>,
    /// Rows at the most: 1 to 1,000, 100 unless given.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The reconciliation.
#[utoipa::path(
    get, path = "/v1/reconciliation", tag = "views", params(MoneyParams),
    summary = "Payments and refunds that providers told of, and whether they found their order.",
    responses((status = 200, body = Page<Value>, description = "Payments and refunds."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<MoneyParams>,
) -> Result<Json<Page<Value>>, Problem> {
    caller.everywhere()?;
    wait_for(&state, "payment_reconciliation", params.wait_for).await?;
    let filter = MoneyFilter {
        state: params.state,
        order_id: params.order_id,
        odd: params.odd,
    };
    let page = PageQuery {
        limit: params.limit,
        cursor: params.cursor,
    };
    let after: Option<String> = Cursor::read(page.cursor.as_deref())?;
    let rows = query(state.store.pool(), &filter, after.as_deref(), page.limit()?).await;
    Page::of(rows.map_err(|error| fault(&error))?)
}
