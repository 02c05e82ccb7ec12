//! Points and tiers. The day and the programme are facts that the platform adds; the caller names neither.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use garde::Validate;
use guanxi_domain::loyalty::Programme;
use guanxi_domain::member::{
    ActivatePoints, AdjustPoints, ClawBackPoints, EarnPoints, EvaluateTier, ExpirePoints, Member,
    MemberCommand, RestorePoints, SpendPoints, TransferPoints,
};
use guanxi_kernel::{BusinessDate, Fen, MemberId, OrderId, TimeZoneId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Receipt;
use super::execute::Asked;
use crate::ApiState;
use crate::access::Commander;
use crate::http::{Body, IdempotencyKey, Problem, Segment};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(earn_points::handle))
        .routes(routes!(claw_back_points::handle))
        .routes(routes!(spend_points::handle))
        .routes(routes!(restore_points::handle))
        .routes(routes!(adjust_points::handle))
        .routes(routes!(transfer_points::handle))
        .routes(routes!(activate_points::handle))
        .routes(routes!(expire_points::handle))
        .routes(routes!(evaluate_tier::handle))
}

/// What the platform adds to a request.
struct Today {
    date: BusinessDate,
    time_zone: TimeZoneId,
    programme: Arc<Programme>,
}

/// What an order that the platform does not keep is paid for.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct OrderPointsRequest {
    /// Which order.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// Goods paid less refunds so far, without freight and without the part paid in points.
    #[garde(range(min = 0, max = 1_000_000_000_000_000))]
    pub base_fen: i64,
    /// Of the store; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// A spending.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct SpendPointsRequest {
    /// Your name for the spending, unique for the member.
    #[garde(length(bytes, min = 1, max = 128))]
    pub spend_id: String,
    /// For which order, if for one: when it is cancelled, the points come back by themselves.
    #[schema(value_type = Option<String>)]
    pub order_id: Option<OrderId>,
    /// How many.
    #[garde(range(min = 1, max = 1_000_000_000))]
    pub points: i64,
    /// Of the store; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// A spending that is called off.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct RestorePointsRequest {
    /// Which.
    #[garde(length(bytes, min = 1, max = 128))]
    pub spend_id: String,
    /// How many; left out: all that are not back yet.
    #[garde(inner(range(min = 1, max = 1_000_000_000)))]
    pub points: Option<i64>,
    /// Of the store; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// A correction by hand.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AdjustPointsRequest {
    /// Your name for the correction, unique for the member.
    #[garde(length(bytes, min = 1, max = 128))]
    pub reference: String,
    /// Why. No personal data.
    #[garde(length(bytes, min = 1, max = 200))]
    pub reason: String,
    /// How many; negative: taken away, from the lots that end first.
    #[garde(range(min = -1_000_000_000, max = 1_000_000_000))]
    pub points: i64,
    /// Last day of points that are given; left out: they never end.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<BusinessDate>,
    /// By whose midnight they end; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// A gift of points.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TransferPointsRequest {
    /// Your name for the transfer, unique over all members.
    #[garde(length(bytes, min = 1, max = 128))]
    pub transfer_id: String,
    /// To whom.
    #[schema(value_type = String)]
    pub to: MemberId,
    /// How many.
    #[garde(range(min = 1, max = 1_000_000_000))]
    pub points: i64,
    /// By whose midnight they end; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// The day's work on a member, asked for by hand.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct TodayRequest {
    /// By whose midnight; Asia/Shanghai if left out.
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<TimeZoneId>,
}

/// Declares the handler of a command to a member that needs to know the day or the programme.
macro_rules! today_endpoint {
    ($name:ident, $path:literal, $body:ty, $summary:literal, $command:expr) => {
        mod $name {
            use super::*;

            #[utoipa::path(
                post, path = $path, tag = "members", summary = $summary, operation_id = concat!("members_", stringify!($name)),
                params(("id" = String, Path, description = "The member."),
                       ("Idempotency-Key" = String, Header, description = "Your name for this command, the same on every retry.")),
                request_body = $body,
                responses((status = 200, body = Receipt, description = "Done, or done before."),
                          (status = "4XX", body = Problem, description = "Refused, or not valid.")),
            )]
            pub(super) async fn handle(
                State(state): State<ApiState>,
                Commander(caller): Commander,
                key: IdempotencyKey,
                Segment(id): Segment<String>,
                Body(body): Body<$body>,
            ) -> Result<Json<Receipt>, Problem> {
                let asked = Asked::new(&state, &caller, &key, &(stringify!($name), &id, &body))?;
                let time_zone = body.time_zone.clone().unwrap_or_else(TimeZoneId::shanghai);
                let now = state.now();
                let asked = asked.dated(now, &time_zone);
                let today = Today {
                    date: time_zone.business_date(now),
                    time_zone,
                    programme: Arc::clone(&state.programme),
                };
                let command: fn($body, Today) -> MemberCommand = $command;
                asked.execute::<Member>(&id, &command(body, today)).await
            }
        }
    };
}

today_endpoint!(
    earn_points,
    "/v1/members/{id}/earn-points",
    OrderPointsRequest,
    "Gives what an order earns that the platform does not keep; its own orders earn by themselves.",
    |body, today| MemberCommand::EarnPoints(Box::new(EarnPoints {
        order_id: body.order_id,
        base_fen: Fen(body.base_fen),
        paid_on: today.date,
        time_zone: today.time_zone,
        for_member: None,
        programme: today.programme,
    }))
);
today_endpoint!(
    claw_back_points,
    "/v1/members/{id}/claw-back-points",
    OrderPointsRequest,
    "Takes back what an order no longer earns; what is not there is owed to the next earnings.",
    |body, today| MemberCommand::ClawBackPoints(Box::new(ClawBackPoints {
        order_id: body.order_id,
        base_fen: Fen(body.base_fen),
        refunded_on: today.date,
        time_zone: today.time_zone,
        for_member: None,
        programme: today.programme,
    }))
);
today_endpoint!(
    spend_points,
    "/v1/members/{id}/spend-points",
    SpendPointsRequest,
    "Spends points, from the lots that end first.",
    |body, today| MemberCommand::SpendPoints(SpendPoints {
        spend_id: body.spend_id,
        order_id: body.order_id,
        points: body.points,
        spent_on: today.date,
    })
);
today_endpoint!(
    restore_points,
    "/v1/members/{id}/restore-points",
    RestorePointsRequest,
    "Calls a spending off: its points go back to the lots they came from, which end when they always did.",
    |body, today| MemberCommand::RestorePoints(RestorePoints {
        spend_id: Some(body.spend_id),
        order_id: None,
        points: body.points,
        restored_on: today.date,
        time_zone: today.time_zone,
    })
);
today_endpoint!(
    adjust_points,
    "/v1/members/{id}/adjust-points",
    AdjustPointsRequest,
    "Puts points right by hand, with a reason.",
    |body, today| MemberCommand::AdjustPoints(AdjustPoints {
        reference: body.reference,
        reason: body.reason,
        points: body.points,
        expires_on: body.expires_on,
        adjusted_on: today.date,
        time_zone: today.time_zone,
    })
);
today_endpoint!(
    transfer_points,
    "/v1/members/{id}/transfer-points",
    TransferPointsRequest,
    "Gives points to another member. They keep the ends that they have; if nobody is there, they come back.",
    |body, today| MemberCommand::TransferPoints(TransferPoints {
        transfer_id: body.transfer_id,
        to: body.to,
        points: body.points,
        transferred_on: today.date,
        time_zone: today.time_zone,
    })
);
today_endpoint!(
    activate_points,
    "/v1/members/{id}/activate-points",
    TodayRequest,
    "Makes points usable whose return window has ended; the midnight does it by itself.",
    |_, today| MemberCommand::ActivatePoints(ActivatePoints {
        date: today.date,
        time_zone: today.time_zone,
    })
);
today_endpoint!(
    expire_points,
    "/v1/members/{id}/expire-points",
    TodayRequest,
    "Ends points whose last day is over; the midnight does it by itself.",
    |_, today| MemberCommand::ExpirePoints(ExpirePoints {
        date: today.date,
        time_zone: today.time_zone,
    })
);
today_endpoint!(
    evaluate_tier,
    "/v1/members/{id}/evaluate-tier",
    TodayRequest,
    "Judges the tier by the programme as it stands now, e.g. after a change of it.",
    |_, today| MemberCommand::EvaluateTier(EvaluateTier {
        date: today.date,
        time_zone: today.time_zone,
        programme: today.programme,
    })
);
