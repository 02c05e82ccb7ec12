//! Goods on their way to the customer.

use guanxi_domain::order::{CompletePickup, ConfirmReceipt, IssuePickupCode, OrderCommand, Ship};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::order_endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(ship::handle))
        .routes(routes!(issue_pickup_code::handle))
        .routes(routes!(complete_pickup::handle))
        .routes(routes!(confirm_receipt::handle))
}

order_endpoint!(
    ship,
    "/v1/orders/{id}/ship",
    Ship,
    OrderCommand::Ship,
    |command| Some(command.shipped_at),
    "Records that goods left for the customer."
);
order_endpoint!(
    issue_pickup_code,
    "/v1/orders/{id}/issue-pickup-code",
    IssuePickupCode,
    OrderCommand::IssuePickupCode,
    |command| Some(command.issued_at),
    "Gives the customer a code to fetch the goods with."
);
order_endpoint!(
    complete_pickup,
    "/v1/orders/{id}/complete-pickup",
    CompletePickup,
    OrderCommand::CompletePickup,
    |command| Some(command.picked_up_at),
    "Records that the goods were fetched with the code."
);
order_endpoint!(
    confirm_receipt,
    "/v1/orders/{id}/confirm-receipt",
    ConfirmReceipt,
    OrderCommand::ConfirmReceipt,
    |command| Some(command.received_at),
    "Records that the customer has all parcels."
);
