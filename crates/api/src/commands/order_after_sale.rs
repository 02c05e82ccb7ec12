//! Goods that the customer does not want to keep.

use guanxi_domain::order::{
    ApproveAfterSale, OrderCommand, ReceiveReturn, RejectAfterSale, RequestAfterSale, WithdrawAfterSale,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::orders::order_endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(request_after_sale::handle))
        .routes(routes!(approve_after_sale::handle))
        .routes(routes!(reject_after_sale::handle))
        .routes(routes!(withdraw_after_sale::handle))
        .routes(routes!(receive_return::handle))
}

order_endpoint!(
    request_after_sale,
    "/v1/orders/{id}/request-after-sale",
    RequestAfterSale,
    OrderCommand::RequestAfterSale,
    |command| Some(command.requested_at),
    "Asks for money back for pieces of lines."
);
order_endpoint!(
    approve_after_sale,
    "/v1/orders/{id}/approve-after-sale",
    ApproveAfterSale,
    OrderCommand::ApproveAfterSale,
    |command| Some(command.approved_at),
    "Grants an after-sale; without goods to come back, the refund is asked for at once."
);
order_endpoint!(
    reject_after_sale,
    "/v1/orders/{id}/reject-after-sale",
    RejectAfterSale,
    OrderCommand::RejectAfterSale,
    |command| Some(command.rejected_at),
    "Does not grant an after-sale."
);
order_endpoint!(
    withdraw_after_sale,
    "/v1/orders/{id}/withdraw-after-sale",
    WithdrawAfterSale,
    OrderCommand::WithdrawAfterSale,
    |command| Some(command.withdrawn_at),
    "Takes an after-sale back."
);
order_endpoint!(
    receive_return,
    "/v1/orders/{id}/receive-return",
    ReceiveReturn,
    OrderCommand::ReceiveReturn,
    |command| Some(command.received_at),
    "Records goods that came back, and asks for their refund."
);
