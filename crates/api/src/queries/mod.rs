//! Queries out: one file per question.
//!
//! How to add one: a handler with its path, its filter and what it answers; lists are paged, and every question takes
//! `wait_for`, the position of a command, to read one's own write.

mod as_of;
mod commission_statement;
mod coupon_funnel;
mod dashboard;
mod day;
mod events;
mod explain;
mod fresh;
mod funnel;
mod guide_members;
mod head;
mod instructions;
mod liability;
mod orders;
mod overview;
mod parked;
mod reconciliation;
mod rows;
mod states;
mod tags;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ApiState;

/// All query routes.
pub fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(dashboard::dashboard))
        .routes(routes!(orders::list))
        .routes(routes!(orders::get))
        .routes(routes!(instructions::list))
        .routes(routes!(reconciliation::list))
        .routes(routes!(tags::list))
        .routes(routes!(tags::get))
        .routes(routes!(funnel::members))
        .routes(routes!(funnel::get))
        .routes(routes!(funnel::days))
        .routes(routes!(funnel::transitions))
        .routes(routes!(funnel::conversion))
        .routes(routes!(coupon_funnel::list))
        .routes(routes!(commission_statement::list))
        .routes(routes!(guide_members::list))
        .routes(routes!(states::member))
        .routes(routes!(states::coupon))
        .routes(routes!(states::campaign))
        .routes(routes!(states::store))
        .routes(routes!(states::order))
        .routes(routes!(states::guide))
        .routes(routes!(overview::overview))
        .routes(routes!(liability::list))
        .routes(routes!(explain::dashboard))
        .routes(routes!(explain::row))
        .routes(routes!(rows::row))
        .routes(routes!(events::list))
        .routes(routes!(parked::list))
        .routes(routes!(head::head))
}
