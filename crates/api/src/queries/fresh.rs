//! Reading one's own writes: a query waits until its view has seen a position.

use std::time::Duration;

use guanxi_event_store::WaitError;
use guanxi_views::QueryError;

use crate::ApiState;
use crate::http::Problem;

/// The longest wait; a caller who wants more asks again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits for a view, if asked to.
pub(super) async fn wait_for(state: &ApiState, view: &str, position: Option<u64>) -> Result<(), Problem> {
    let Some(position) = position else { return Ok(()) };
    state
        .followers
        .wait_for(view, position, PATIENCE)
        .await
        .map_err(|error| match error {
            WaitError::BeyondHead { .. } => Problem::invalid(error.to_string()),
            WaitError::Timeout { .. } => Problem::unavailable(error.to_string()),
            other => {
                tracing::error!(error = %other, "waiting for a view failed");
                Problem::internal()
            }
        })
}

/// How a fault of a query looks to a caller.
pub(super) fn fault(error: &QueryError) -> Problem {
    tracing::error!(%error, "a query met a fault");
    match error {
        QueryError::Database(_) => Problem::unavailable("The views cannot be read."),
        _ => Problem::internal(),
    }
}
