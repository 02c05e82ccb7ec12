//! Campaigns; the claims of their coupons are in [`super::claim`].

use guanxi_domain::campaign::{
    ActivateCampaign, AmendBudget, Campaign, CampaignCommand, CreateCampaign, EndCampaign, PauseCampaign,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::endpoint;
use crate::ApiState;

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(create::handle))
        .routes(routes!(activate::handle))
        .routes(routes!(pause::handle))
        .routes(routes!(end::handle))
        .routes(routes!(amend_budget::handle))
}

endpoint!(
    create,
    "/v1/campaigns/{id}/create",
    "campaigns",
    CreateCampaign,
    Campaign,
    CampaignCommand::CreateCampaign,
    "Sets up a campaign. It gives no coupons before it is activated."
);
endpoint!(
    activate,
    "/v1/campaigns/{id}/activate",
    "campaigns",
    ActivateCampaign,
    Campaign,
    CampaignCommand::ActivateCampaign,
    "Lets coupons be claimed, also again after a pause."
);
endpoint!(
    pause,
    "/v1/campaigns/{id}/pause",
    "campaigns",
    PauseCampaign,
    Campaign,
    CampaignCommand::PauseCampaign,
    "Stops claims for a while."
);
endpoint!(
    end,
    "/v1/campaigns/{id}/end",
    "campaigns",
    EndCampaign,
    Campaign,
    CampaignCommand::EndCampaign,
    "Stops claims for good. Coupons already claimed stay valid."
);
endpoint!(
    amend_budget,
    "/v1/campaigns/{id}/amend-budget",
    "campaigns",
    AmendBudget,
    Campaign,
    CampaignCommand::AmendBudget,
    "Changes how many coupons a campaign gives: compare and set."
);
