//! What outsiders may know of a guide and a member: the binding and what was earned.

use crate::guide::GuideEvent;

pub(super) fn fields(event: &GuideEvent) -> &'static [&'static str] {
    match event {
        GuideEvent::Bound(_) => &["guide_id", "member_id", "store_id", "exclusive", "bound_at"],
        GuideEvent::Unbound(_) => &["member_id", "exclusive", "reason", "unbound_at"],
        GuideEvent::CommissionAccrued(_) => &[
            "order_id",
            "rate",
            "base_fen",
            "commission_fen",
            "total_fen",
            "accrued_at",
        ],
    }
}
