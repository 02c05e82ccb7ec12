//! A member claims a coupon: one endpoint, whether the campaign answers itself or is divided into shards.

use axum::Json;
use axum::extract::State;
use guanxi_domain::campaign::ClaimCoupon;
use guanxi_domain::ids::CampaignId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::described;
use super::execute::{Asked, Receipt};
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Command, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(handle))
}

described!(ClaimCoupon);

#[utoipa::path(
    post, path = "/v1/campaigns/{id}/claim", tag = "campaigns", operation_id = "campaigns_claim",
    summary = "Claims one coupon for a member. It is issued at once after.",
    params(("id" = String, Path, description = "Id of the thing."),
           ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
    request_body = Described,
    responses((status = 200, body = Receipt, description = "Done, or done before."),
              (status = "4XX", body = Problem, description = "Refused, or not valid.")),
)]
async fn handle(
    State(state): State<ApiState>,
    Commander(caller): Commander,
    key: IdempotencyKey,
    Segment(id): Segment<String>,
    Command(body): Command<ClaimCoupon>,
) -> Result<Json<Receipt>, Problem> {
    let asked = Asked::new(&state, &caller, &key, &("claim", &id, &body))?;
    let campaign_id = CampaignId::new(&id).map_err(|error| Problem::unfit(error.to_string()))?;
    asked.claim(&campaign_id, &body).await
}
