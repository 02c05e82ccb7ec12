//! Orders with all their steps.

use axum::Json;
use axum::extract::State;
use guanxi_views::order_timeline::{TimelineFilter, get as find, query};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::fresh::{fault, wait_for};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Cursor, Page, PageQuery, Params, Problem, Segment};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderParams {
    /// Only this store's.
    store_id: Option<String>,
    /// Only this member's.
    member_id: Option<String>,
    /// Only orders that stand here: `awaiting_payment`, `partly_paid`, `paid`, `partly_refunded`, `refunded`, `cancelled`.
    status: Option<String>,
    /// Position of a command that must be in the answer.
    wait_for: Option<u64>,
    /// Rows at the most: 1 to 1,000, 100 unless given.
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Waiting for one order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitParams {
    /// Position of a command that must be in the answer.
    wait_for: Option<u64>,
}

/// Orders.
#[utoipa::path(
    get, path = "/v1/orders", tag = "views", params(OrderParams),
    summary = "Orders with their steps, in the order of their ids.",
    responses((status = 200, body = Page<Value>, description = "Orders."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<OrderParams>,
) -> Result<Json<Page<Value>>, Problem> {
    let filter = TimelineFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        member_id: params.member_id,
        status: params.status,
    };
    wait_for(&state, "order_timeline", params.wait_for).await?;
    let page = PageQuery {
        limit: params.limit,
        cursor: params.cursor,
    };
    let after: Option<String> = Cursor::read(page.cursor.as_deref())?;
    let rows = query(state.store.pool(), &filter, after.as_deref(), page.limit()?).await;
    Page::of(rows.map_err(|error| fault(&error))?)
}

/// One order.
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "views",
    params(("id" = String, Path, description = "The order."), WaitParams),
    summary = "One order with its steps.",
    responses((status = 200, body = Value, description = "The order."),
              (status = 404, body = Problem, description = "There is no such order.")),
)]
pub(super) async fn get(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(id): Segment<String>,
    Params(params): Params<WaitParams>,
) -> Result<Json<Value>, Problem> {
    wait_for(&state, "order_timeline", params.wait_for).await?;
    let found = find(state.store.pool(), &id)
        .await
        .map_err(|error| fault(&error))?;
    let found = found.ok_or_else(|| Problem::not_found(format!("There is no order {id}.")))?;
    let order = serde_json::to_value(found).map_err(|_| Problem::internal())?;
    match order
        .get("store_id")
        .and_then(Value::as_str)
        .and_then(|store| store.parse().ok())
    {
        Some(store) => caller.at_store(&store)?,
        None => caller.everywhere()?,
    }
    Ok(Json(order))
}
