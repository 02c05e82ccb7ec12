//! The end of the log.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiState;
use crate::access::Reader;
use crate::commands::fault;
use crate::http::Problem;

/// The end of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogHead {
    /// Position of the last event; 0 in an empty log.
    position: u64,
    /// Hex of the chain over all batches.
    chain: String,
}

/// The head.
#[utoipa::path(
    get, path = "/v1/head", tag = "events", summary = "Position and chain of the end of the log.",
    responses((status = 200, body = LogHead, description = "The end of the log.")),
)]
pub(super) async fn head(State(state): State<ApiState>, Reader(_): Reader) -> Result<Json<LogHead>, Problem> {
    let head = state.store.head().await.map_err(|error| fault(&error))?;
    Ok(Json(LogHead {
        position: head.position,
        chain: hex::encode(head.chain),
    }))
}
