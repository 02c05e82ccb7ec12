//! What outsiders may know of a guide and a member: the binding, its handovers and what was earned.

use crate::guide::GuideEvent;

const FAILED: &[&str] = &["guide_id", "member_id", "to_guide_id", "handover_id", "cause"];

pub(super) fn fields(event: &GuideEvent) -> &'static [&'static str] {
    match event {
        GuideEvent::Bound(_) => &[
            "guide_id",
            "member_id",
            "store_id",
            "exclusive",
            "bound_at",
            "expires_at",
            "handed_over",
        ],
        GuideEvent::BindingRenewed(_) => &["guide_id", "member_id", "expires_at", "renewed_at"],
        GuideEvent::BindingExpired(_) => &["guide_id", "member_id", "exclusive", "expired_at"],
        GuideEvent::Unbound(_) => &["guide_id", "member_id", "exclusive", "reason", "unbound_at"],
        GuideEvent::HandoverRequested(_) => &[
            "guide_id",
            "member_id",
            "to_guide_id",
            "to_store_id",
            "handover_id",
            "cause",
            "requested_at",
            "effective_at",
        ],
        GuideEvent::HandoverCompleted(_) => &[
            "guide_id",
            "member_id",
            "to_guide_id",
            "to_store_id",
            "handover_id",
            "cause",
            "exclusive",
            "completed_at",
            "transfers",
        ],
        GuideEvent::HandoverRejected(_) | GuideEvent::HandoverCapReached(_) => FAILED,
        GuideEvent::CommissionAccrued(_)
        | GuideEvent::CommissionBecamePayable(_)
        | GuideEvent::CommissionReversed(_)
        | GuideEvent::CommissionSettled(_) => earned(event),
    }
}

fn earned(event: &GuideEvent) -> &'static [&'static str] {
    match event {
        GuideEvent::CommissionAccrued(_) => &[
            "guide_id",
            "member_id",
            "order_id",
            "rate",
            "base_fen",
            "commission_fen",
            "total_fen",
            "accrued_at",
            "business_date",
            "store_id",
            "payable_at",
        ],
        GuideEvent::CommissionBecamePayable(_) => &[
            "guide_id",
            "member_id",
            "order_id",
            "commission_fen",
            "payable_at",
            "business_date",
        ],
        GuideEvent::CommissionReversed(_) => &[
            "guide_id",
            "member_id",
            "order_id",
            "rate",
            "base_fen",
            "commission_fen",
            "carried_fen",
            "total_fen",
            "reversed_at",
            "business_date",
        ],
        GuideEvent::CommissionSettled(_) => &[
            "guide_id",
            "member_id",
            "settlement_no",
            "amount_fen",
            "settled_at",
            "business_date",
        ],
        _ => &[],
    }
}
