//! Why: the very events behind a line of the dashboard, or a row or cell of any view.

use axum::Json;
use axum::extract::State;
use guanxi_event_store::view::{Asked, Until, key_text};
use guanxi_kernel::{BusinessDate, StoreId};
use guanxi_views::explain::{Explanation, explained};
use guanxi_views::store_dashboard::Cell;
use serde::Deserialize;
use utoipa::IntoParams;

use super::as_of::{AsOfQuery, turn};
use crate::ApiState;
use crate::access::{Caller, Reader};
use crate::http::{Params, Problem, Segment, answer};

answer!(Why, Explanation);

/// What of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FieldQuery {
    /// Only this field or what lies below it, e.g. `paid_fen` or `tags.dormant`.
    field: Option<String>,
}

/// Which line of the dashboard.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LineParams {
    /// The day, `2026-03-01`.
    #[param(format = Date)]
    date: String,
    /// The store; the chain's day without.
    store_id: Option<String>,
    /// The channel; the store's day without.
    channel: Option<String>,
}

/// Which row.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeyParams {
    /// Its key, in the stored form: a text as itself, anything else as JSON.
    key: String,
    /// A cell of the second table instead of a row.
    #[serde(default)]
    cell: bool,
}

/// A line of the dashboard.
#[utoipa::path(
    get, path = "/v1/explain/dashboard", tag = "past", params(LineParams, FieldQuery, AsOfQuery),
    summary = "The events behind a line of the dashboard, and what each contributed; the contributions add up to the line.",
    responses((status = 200, body = Why, description = "The events."),
              (status = "4XX", body = Problem, description = "Not valid, not allowed, or there is no such line."),
              (status = 503, body = Problem, description = "Others ask as much; try again.")),
)]
pub(super) async fn dashboard(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(line): Params<LineParams>,
    Params(field): Params<FieldQuery>,
    Params(as_of): Params<AsOfQuery>,
) -> Result<Json<Explanation>, Problem> {
    let cell = cell(&caller, line)?;
    let key = key_text(&cell).map_err(Problem::unfit)?;
    let until = as_of.until()?.unwrap_or(Until::Head);
    told(
        &state,
        "store_dashboard",
        Asked::Cell(key),
        field.field.as_deref(),
        until,
    )
    .await
}

fn cell(caller: &Caller, line: LineParams) -> Result<Cell, Problem> {
    let date: BusinessDate = line
        .date
        .parse()
        .map_err(|_| Problem::invalid("date is a day, written 2026-03-01."))?;
    let Some(store) = line.store_id else {
        caller.everywhere()?;
        return match line.channel {
            Some(_) => Err(Problem::not_found(
                "A channel has lines at a store; give store_id.",
            )),
            None => Ok(Cell::Chain(date)),
        };
    };
    let store_id = StoreId::new(&store).map_err(|error| Problem::unfit(error.to_string()))?;
    caller.at_store(&store_id)?;
    Ok(match line.channel {
        Some(channel) => Cell::Channel(store, date, channel),
        None => Cell::Store(store, date),
    })
}

/// A row or a cell of any view.
#[utoipa::path(
    get, path = "/v1/explain/views/{view}", tag = "past",
    params(("view" = String, Path, description = "The view, e.g. `crm_tags`."), KeyParams, FieldQuery, AsOfQuery),
    summary = "The events behind a row or a cell of any view: a member's tags, a tier, what a member owns.",
    responses((status = 200, body = Why, description = "The events."),
              (status = "4XX", body = Problem, description = "Not valid, not allowed, or there is no such row."),
              (status = 503, body = Problem, description = "Others ask as much; try again.")),
)]
pub(super) async fn row(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(view): Segment<String>,
    Params(asked): Params<KeyParams>,
    Params(field): Params<FieldQuery>,
    Params(as_of): Params<AsOfQuery>,
) -> Result<Json<Explanation>, Problem> {
    caller.everywhere()?;
    let until = as_of.until()?.unwrap_or(Until::Head);
    let asked = if asked.cell {
        Asked::Cell(asked.key)
    } else {
        Asked::Row(asked.key)
    };
    told(&state, &view, asked, field.field.as_deref(), until).await
}

async fn told(
    state: &ApiState,
    view: &str,
    asked: Asked,
    field: Option<&str>,
    until: Until,
) -> Result<Json<Explanation>, Problem> {
    let _turn = turn()?;
    let told = state
        .followers
        .explain(view, std::slice::from_ref(&asked), until)
        .await
        .map_err(|error| {
            tracing::error!(%error, "a view cannot be explained");
            Problem::unavailable("The log cannot be read.")
        })?;
    let told = told.ok_or_else(|| Problem::not_found(format!("There is no view {view}.")))?;
    told.first()
        .filter(|told| !told.causes.is_empty())
        .map(|told| Json(explained(view, told, field)))
        .ok_or_else(|| Problem::not_found("No event is behind that key; there is no such row."))
}
