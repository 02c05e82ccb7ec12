//! Guides and the members they serve. The stream is `guide/member`.

use axum::Json;
use axum::extract::State;
use guanxi_domain::guide::{
    Bind, CompleteHandover, GuideCommand, GuideRelationship, RejectHandover, RenewBinding, RequestHandover,
    SettleCommission, Unbind,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::execute::Asked;
use super::{Receipt, described};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Command, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(bind::handle))
        .routes(routes!(renew_binding::handle))
        .routes(routes!(unbind::handle))
        .routes(routes!(request_handover::handle))
        .routes(routes!(complete_handover::handle))
        .routes(routes!(reject_handover::handle))
        .routes(routes!(settle_commission::handle))
}

/// Declares the handler of a command to a relationship.
macro_rules! relationship_endpoint {
    ($name:ident, $path:literal, $body:ident, $summary:literal) => {
        mod $name {
            use super::*;

            described!($body);

            #[utoipa::path(
                post, path = $path, tag = "guides", summary = $summary, operation_id = concat!("guides_", stringify!($name)),
                params(("guide_id" = String, Path, description = "The guide."),
                       ("member_id" = String, Path, description = "The member."),
                       ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
                request_body = Described,
                responses((status = 200, body = Receipt, description = "Done, or done before."),
                          (status = "4XX", body = Problem, description = "Refused, or not valid.")),
            )]
            pub(super) async fn handle(
                State(state): State<ApiState>,
                Commander(caller): Commander,
                key: IdempotencyKey,
                Segment((guide, member)): Segment<(String, String)>,
                Command(body): Command<$body>,
            ) -> Result<Json<Receipt>, Problem> {
                let id = format!("{guide}/{member}");
                let asked = Asked::new(&state, &caller, &key, &(stringify!($name), &id, &body))?;
                asked.execute::<GuideRelationship>(&id, &GuideCommand::$body(body)).await
            }
        }
    };
}

relationship_endpoint!(
    bind,
    "/v1/guides/{guide_id}/members/{member_id}/bind",
    Bind,
    "The guide serves the member from now on."
);
relationship_endpoint!(
    unbind,
    "/v1/guides/{guide_id}/members/{member_id}/unbind",
    Unbind,
    "The guide serves the member no more. What was earned stays earned."
);
relationship_endpoint!(
    renew_binding,
    "/v1/guides/{guide_id}/members/{member_id}/renew-binding",
    RenewBinding,
    "The guide goes on serving the member."
);
relationship_endpoint!(
    request_handover,
    "/v1/guides/{guide_id}/members/{member_id}/request-handover",
    RequestHandover,
    "Another guide shall serve the member. It takes effect after 24 hours unless it fails."
);
relationship_endpoint!(
    complete_handover,
    "/v1/guides/{guide_id}/members/{member_id}/complete-handover",
    CompleteHandover,
    "The other guide serves the member, as the provider says. Without it the clock completes a handover."
);
relationship_endpoint!(
    reject_handover,
    "/v1/guides/{guide_id}/members/{member_id}/reject-handover",
    RejectHandover,
    "The handover fails: the customer refused, or the other guide is full."
);
relationship_endpoint!(
    settle_commission,
    "/v1/guides/{guide_id}/members/{member_id}/settle-commission",
    SettleCommission,
    "Pays what is payable, less what was reversed since. Use `anonymous` for sales to nobody known."
);
