//! Orders with all their steps.

use axum::Json;
use axum::extract::State;
use guanxi_views::order_timeline::{TimelineFilter, TimelineLine, get as find, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, Segment, answer};

answer!(OrderOfTimeline, TimelineLine);

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
}

/// Orders.
#[utoipa::path(
    get, path = "/v1/orders", tag = "views", params(OrderParams, WaitQuery, PageQuery),
    summary = "Orders with their steps, in the order of their ids.",
    responses((status = 200, body = Page<OrderOfTimeline>, description = "Orders."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<OrderParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<TimelineLine>>, Problem> {
    let filter = TimelineFilter {
        stores: caller.stores_asked(params.store_id.as_deref())?,
        member_id: params.member_id,
        status: params.status,
    };
    wait.of(&state, "order_timeline").await?;
    let rows = query(
        state.store.pool(),
        &filter,
        page.after()?.as_deref(),
        page.limit()?,
    )
    .await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}

/// One order.
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "views",
    params(("id" = String, Path, description = "The order."), WaitQuery),
    summary = "One order with its steps.",
    responses((status = 200, body = OrderOfTimeline, description = "The order."),
              (status = 404, body = Problem, description = "There is no such order.")),
)]
pub(super) async fn get(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(id): Segment<String>,
    Params(wait): Params<WaitQuery>,
) -> Result<Json<TimelineLine>, Problem> {
    wait.of(&state, "order_timeline").await?;
    let found = find(state.store.pool(), &id)
        .await
        .map_err(|error| fault(&error))?;
    let found = found.ok_or_else(|| Problem::not_found(format!("There is no order {id}.")))?;
    let store = found.row.store_id.as_deref().and_then(|store| store.parse().ok());
    match store {
        Some(store) => caller.at_store(&store)?,
        None => caller.everywhere()?,
    }
    Ok(Json(found))
}
