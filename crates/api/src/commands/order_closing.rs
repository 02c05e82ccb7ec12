//! Orders that come to nothing.

use guanxi_domain::order::{Cancel, ConfirmClosed, OrderCommand, RequestClose, RequestQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::order_endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(request_close::handle))
        .routes(routes!(confirm_closed::handle))
        .routes(routes!(request_query::handle))
        .routes(routes!(cancel::handle))
}

order_endpoint!(
    request_close,
    "/v1/orders/{id}/request-close",
    RequestClose,
    OrderCommand::RequestClose,
    |command| Some(command.requested_at),
    "Asks for open attempts to be closed at the provider, and the order to be called off then if wanted."
);
order_endpoint!(
    confirm_closed,
    "/v1/orders/{id}/confirm-closed",
    ConfirmClosed,
    OrderCommand::ConfirmClosed,
    |command| Some(command.closed_at),
    "Reports that the provider has closed an attempt."
);
order_endpoint!(
    request_query,
    "/v1/orders/{id}/request-query",
    RequestQuery,
    OrderCommand::RequestQuery,
    |command| Some(command.requested_at),
    "Asks for an attempt to be looked up at the provider."
);
order_endpoint!(
    cancel,
    "/v1/orders/{id}/cancel",
    Cancel,
    OrderCommand::Cancel,
    |command| Some(command.cancelled_at),
    "Calls an order off that nobody has paid for and nobody can pay any more."
);
