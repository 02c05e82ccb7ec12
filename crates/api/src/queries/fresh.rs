//! Reading one's own writes: a query waits until its view has seen a position.

use std::time::Duration;

use guanxi_event_store::WaitError;
use guanxi_views::QueryError;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::ApiState;
use crate::http::Problem;

/// The longest wait; a caller who wants more asks again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reading one's own write.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Position of a command that must be in the answer.
    pub wait_for: Option<u64>,
}

impl WaitQuery {
    /// Waits for a view, if asked to.
    pub(super) async fn of(self, state: &ApiState, view: &str) -> Result<(), Problem> {
        wait_for(state, view, self.wait_for).await
    }
}

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
