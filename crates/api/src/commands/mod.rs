//! Commands in: one file per aggregate, one handler per command.
//!
//! How to add one: a handler below [`endpoint!`] with its path, the domain's command and what it does in a sentence.
//! A command whose facts must be gathered first (sealed data, reserved coupons) has a file of its own.

mod campaigns;
mod cards;
mod claim;
mod coupons;
mod enrol;
mod erase;
mod execute;
mod guides;
mod handovers;
mod identities;
mod instructions;
mod loyalty;
mod members;
mod merges;
mod order_after_sale;
mod order_closing;
mod order_delivery;
mod order_refund;
mod orders;
mod place_order;
mod stores;

use utoipa_axum::router::OpenApiRouter;

pub use execute::Receipt;
pub(crate) use execute::fault;

use crate::ApiState;

/// Declares the body of a command in the OpenAPI document: the schema that the rules carry.
macro_rules! described {
    ($body:ty) => {
        /// The command, as the rules describe it.
        pub(super) struct Described;

        impl utoipa::PartialSchema for Described {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::http::schema_of::<$body>()
            }
        }

        impl utoipa::ToSchema for Described {
            fn name() -> std::borrow::Cow<'static, str> {
                <$body as schemars::JsonSchema>::schema_name()
            }
        }
    };
}
pub(crate) use described;

/// Declares the handler of a command that needs nothing but its body.
macro_rules! endpoint {
    ($name:ident, $path:literal, $tag:literal, $body:ty, $rules:ty, $wrap:expr, $summary:literal) => {
        pub(super) mod $name {
            use axum::Json;
            use axum::extract::State;

            use super::*;
            use $crate::ApiState;
            use $crate::access::Commander;
            use $crate::commands::execute::{Asked, Receipt};
            use $crate::http::{Command, IdempotencyKey, Problem, Segment};

            $crate::commands::described!($body);

            #[utoipa::path(
                post, path = $path, tag = $tag, summary = $summary, operation_id = concat!($tag, "_", stringify!($name)),
                params(("id" = String, Path, description = "Id of the thing."),
                       ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
                request_body = Described,
                responses((status = 200, body = Receipt, description = "Done, or done before."),
                          (status = "4XX", body = Problem, description = "Refused, or not valid.")),
            )]
            pub(in crate::commands) async fn handle(
                State(state): State<ApiState>,
                Commander(caller): Commander,
                key: IdempotencyKey,
                Segment(id): Segment<String>,
                Command(body): Command<$body>,
            ) -> Result<Json<Receipt>, Problem> {
                let content = (stringify!($name), &id, &body);
                let asked = Asked::new(&state, &caller, &key, &content)?;
                asked.execute::<$rules>(&id, &$wrap(body.clone())).await
            }
        }
    };
}
pub(crate) use endpoint;

/// All command routes.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .merge(orders::router())
        .merge(order_closing::router())
        .merge(order_delivery::router())
        .merge(order_after_sale::router())
        .merge(order_refund::router())
        .merge(instructions::router())
        .merge(campaigns::router())
        .merge(claim::router())
        .merge(coupons::router())
        .merge(members::router())
        .merge(cards::router())
        .merge(loyalty::router())
        .merge(merges::router())
        .merge(guides::router())
        .merge(handovers::router())
        .merge(stores::router())
}
