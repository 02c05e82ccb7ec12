//! What views and policies could not apply.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::access::Administrator;
use crate::http::Problem;

/// An event that is set aside with those of its key behind it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedEntry {
    /// For `guanxi parked retry` and `discard`.
    id: i64,
    /// The view or policy.
    follower: String,
    /// Its version.
    version: u32,
    /// The key.
    key: String,
    /// The event.
    position: u64,
    /// Why, for the first of a key.
    error: Option<String>,
    /// How often it was tried.
    attempts: u32,
}

/// Parked events.
#[utoipa::path(
    get, path = "/v1/parked", tag = "operations", summary = "Events that views and policies have set aside. Needs the scope admin.",
    responses((status = 200, body = Vec<ParkedEntry>, description = "All of them; more than a few mean a fault.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Administrator(caller): Administrator,
) -> Result<Json<Vec<ParkedEntry>>, Problem> {
    caller.everywhere()?;
    let parked = state.followers.parked().await.map_err(|error| {
        tracing::error!(%error, "parked events cannot be listed");
        Problem::unavailable("The list cannot be read.")
    })?;
    let entries = parked.into_iter().map(|entry| ParkedEntry {
        id: entry.id,
        follower: entry.follower,
        version: entry.version,
        key: entry.key,
        position: entry.position,
        error: entry.error,
        attempts: entry.attempts,
    });
    Ok(Json(entries.collect()))
}
