//! Money that shall go back.

use guanxi_domain::order::{OrderCommand, RequestRefund};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::order_endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(request_refund::handle))
}

order_endpoint!(
    request_refund,
    "/v1/orders/{id}/request-refund",
    RequestRefund,
    OrderCommand::RequestRefund,
    |command| Some(command.requested_at),
    "Asks for a refund by pieces, by amount or whole; it goes back to every payment of the order."
);
