//! Any row of any view, as of any time.

use axum::Json;
use axum::extract::State;
use guanxi_event_store::view::{Asked, Until};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::as_of::{AsOfQuery, turn};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Params, Problem, Segment};

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

/// A row of a view as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastRow {
    /// The view.
    view: String,
    /// The key, as stored.
    key: String,
    /// Up to where the log was read.
    as_of_position: u64,
    /// Position of the last event that changed it.
    changed_at_position: u64,
    /// The row: its fields are those of its view.
    #[schema(value_type = Object)]
    row: Map<String, Value>,
}

/// A row.
#[utoipa::path(
    get, path = "/v1/views/{view}", tag = "past",
    params(("view" = String, Path, description = "The view, e.g. `member_360`."), KeyParams, AsOfQuery),
    summary = "Any row of any view as of a position, of what was known, or of what had happened; as of now without.",
    responses((status = 200, body = PastRow, description = "The row."),
              (status = "4XX", body = Problem, description = "Not valid, not allowed, or there was no such row."),
              (status = 503, body = Problem, description = "Others ask as much; try again.")),
)]
pub(super) async fn row(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Segment(view): Segment<String>,
    Params(asked): Params<KeyParams>,
    Params(as_of): Params<AsOfQuery>,
) -> Result<Json<PastRow>, Problem> {
    caller.everywhere()?;
    let until = as_of.until()?.unwrap_or(Until::Head);
    let key = asked.key.clone();
    let asked = if asked.cell {
        Asked::Cell(asked.key)
    } else {
        Asked::Row(asked.key)
    };
    let _turn = turn()?;
    let told = state
        .followers
        .explain(&view, std::slice::from_ref(&asked), until)
        .await
        .map_err(|error| {
            tracing::error!(%error, "the past of a view cannot be read");
            Problem::unavailable("The log cannot be read.")
        })?;
    let told = told.ok_or_else(|| Problem::not_found(format!("There is no view {view}.")))?;
    let told = told.first().and_then(|told| Some((told, told.causes.last()?)));
    let Some((told, Some(Value::Object(row)), last)) =
        told.map(|(told, last)| (told, last.after.clone(), last.position))
    else {
        return Err(Problem::not_found("There was no such row."));
    };
    Ok(Json(PastRow {
        view,
        key,
        as_of_position: told.position,
        changed_at_position: last,
        row,
    }))
}
