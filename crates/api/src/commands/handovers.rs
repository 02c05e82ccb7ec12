//! Handing members over in numbers. The id names the call, or the resignation.

use guanxi_domain::handover::{HandOver, Handover, HandoverCommand, Resign};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(hand_over::handle))
        .routes(routes!(resign::handle))
}

endpoint!(
    hand_over,
    "/v1/handovers/{id}/hand-over",
    "guides",
    HandOver,
    Handover,
    HandoverCommand::HandOver,
    "Hands at most a hundred members over to another guide, in one call to the provider."
);
endpoint!(
    resign,
    "/v1/handovers/{id}/resign",
    "guides",
    Resign,
    Handover,
    HandoverCommand::Resign,
    "A guide leaves: all her members are handed over, in calls of at most a hundred."
);
