//! How far coupons get.

use axum::Json;
use axum::extract::State;
use guanxi_views::coupon_funnel::{FunnelFilter, FunnelLine, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::fresh::{WaitQuery, fault};
use crate::ApiState;
use crate::access::Reader;
use crate::http::{Page, PageQuery, Params, Problem, answer};

answer!(FunnelLineAnswer, FunnelLine);

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FunnelParams {
    /// Only this campaign.
    campaign_id: Option<String>,
    /// Only coupons claimed through this channel.
    channel: Option<String>,
}

/// Lines by campaign and channel.
#[utoipa::path(
    get, path = "/v1/coupon-funnel", tag = "views", params(FunnelParams, WaitQuery, PageQuery),
    summary = "Coupons claimed, issued, reserved, redeemed, returned, expired and missed, by campaign and channel; definitions in docs/figures.md.",
    responses((status = 200, body = Page<FunnelLineAnswer>, description = "Lines by campaign and channel."),
              (status = "4XX", body = Problem, description = "Not valid, or not allowed.")),
)]
pub(super) async fn list(
    State(state): State<ApiState>,
    Reader(caller): Reader,
    Params(params): Params<FunnelParams>,
    Params(wait): Params<WaitQuery>,
    Params(page): Params<PageQuery>,
) -> Result<Json<Page<FunnelLine>>, Problem> {
    caller.everywhere()?;
    let filter = FunnelFilter {
        campaign_id: params.campaign_id,
        channel: params.channel,
    };
    wait.of(&state, "coupon_funnel").await?;
    let (after, limit) = (page.after()?, page.limit()?);
    let rows = query(state.store.pool(), &filter, after.as_deref(), limit).await;
    Ok(Page::listed(rows.map_err(|error| fault(&error))?))
}
