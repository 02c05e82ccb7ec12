//! One folder per question that somebody asks of the log.
//!
//! A view is two pure functions and a table; this crate exists so that a question can be added without touching a rule
//! or the loop, and so that nothing that answers questions can change anything. What each figure means is said once,
//! in `docs/figures.md`, and printed in the comment of its column.

pub mod commission_statement;
pub mod coupon_funnel;
pub mod crm_tags;
pub mod explain;
pub mod funnel;
pub mod guide_members;
pub mod history;
pub mod member_360;
pub mod order_timeline;
pub mod payment_reconciliation;
pub mod points_liability;
pub mod rolling;
pub mod rules;
pub mod store_dashboard;
pub mod what_if;
pub mod work_list;

mod page;
#[cfg(test)]
mod story;

use std::sync::Arc;

use guanxi_domain::GuanxiEvent;
use guanxi_event_store::LoopBuilder;

pub use page::{Listed, QueryError};
pub use rules::MemberRules;

/// Registers every view. A new one is a folder and a line here.
#[must_use]
pub fn register(builder: LoopBuilder<GuanxiEvent>, rules: &MemberRules) -> LoopBuilder<GuanxiEvent> {
    builder
        .view_with_totals(store_dashboard::StoreDashboard)
        .view(member_360::Member360)
        .view_with_totals(points_liability::PointsLiability)
        .view(order_timeline::OrderTimeline)
        .view(payment_reconciliation::PaymentReconciliation)
        .view(crm_tags::CrmTags::new(Arc::clone(&rules.tags)))
        .view_with_totals(funnel::Funnel::new(Arc::clone(&rules.funnel)))
        .view_with_totals(coupon_funnel::CouponFunnel)
        .view(commission_statement::CommissionStatement)
        .view(guide_members::GuideMembers)
        .view(work_list::WorkList)
}
