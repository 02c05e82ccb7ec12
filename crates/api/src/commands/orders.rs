//! Orders and their money. What comes after has files of its own.

use axum::Json;
use guanxi_domain::order::{OrderCommand, RecordPayment, RecordRefund, RegisterPayment};
use guanxi_kernel::Timestamp;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Receipt;
use super::execute::Asked;
use super::place_order;
use crate::ApiState;
use crate::access::Caller;
use crate::http::{IdempotencyKey, Problem};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(place_order::place))
        .routes(routes!(register_payment::handle))
        .routes(routes!(record_payment::handle))
        .routes(routes!(record_refund::handle))
}

/// Hands a command to an order, dated by what it says.
pub(super) async fn on_order<T: Serialize>(
    state: &ApiState,
    caller: &Caller,
    key: &IdempotencyKey,
    (id, name, body): (&str, &str, &T),
    command: OrderCommand,
    at: Option<Timestamp>,
) -> Result<Json<Receipt>, Problem> {
    Asked::new(state, caller, key, &(name, id, body))?
        .execute_on_order(id, &command, at)
        .await
}

/// Declares the handler of a command to an order.
macro_rules! order_endpoint {
    ($name:ident, $path:literal, $body:ty, $wrap:expr, $at:expr, $summary:literal) => {
        mod $name {
            use axum::Json;
            use axum::extract::State;
            use guanxi_kernel::Timestamp;

            use super::*;
            use $crate::ApiState;
            use $crate::access::Commander;
            use $crate::commands::Receipt;
            use $crate::http::{Command, IdempotencyKey, Problem, Segment};

            $crate::commands::described!($body);

            #[utoipa::path(
                post, path = $path, tag = "orders", summary = $summary, operation_id = concat!("orders_", stringify!($name)),
                params(("id" = String, Path, description = "The order."),
                       ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
                request_body = Described,
                responses((status = 200, body = Receipt, description = "Done, or done before."),
                          (status = "4XX", body = Problem, description = "Refused, or not valid.")),
            )]
            pub(super) async fn handle(
                State(state): State<ApiState>,
                Commander(caller): Commander,
                key: IdempotencyKey,
                Segment(id): Segment<String>,
                Command(body): Command<$body>,
            ) -> Result<Json<Receipt>, Problem> {
                let at: fn(&$body) -> Option<Timestamp> = $at;
                let command = $wrap(body.clone());
                let content = (id.as_str(), stringify!($name), &body);
                $crate::commands::orders::on_order(&state, &caller, &key, content, command, at(&body)).await
            }
        }
    };
}
pub(super) use order_endpoint;

order_endpoint!(
    register_payment,
    "/v1/orders/{id}/register-payment",
    RegisterPayment,
    OrderCommand::RegisterPayment,
    |_| None,
    "Announces an attempt to pay, before the customer sees it."
);
order_endpoint!(
    record_payment,
    "/v1/orders/{id}/record-payment",
    RecordPayment,
    OrderCommand::RecordPayment,
    |payment| Some(payment.succeeded_at),
    "Records money that a till has taken. WeChat Pay reports by callback."
);
order_endpoint!(
    record_refund,
    "/v1/orders/{id}/record-refund",
    RecordRefund,
    OrderCommand::RecordRefund,
    |refund| refund.succeeded_at,
    "Records what became of a refund."
);
