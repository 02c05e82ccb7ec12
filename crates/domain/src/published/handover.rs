//! What outsiders may know of handovers: all, since the calls are instructions to whoever speaks to the provider.

use crate::handover::HandoverEvent;

pub(super) fn fields(event: &HandoverEvent) -> &'static [&'static str] {
    match event {
        HandoverEvent::HandoverCalled(_) => &[
            "from_guide_id",
            "to_guide_id",
            "to_store_id",
            "cause",
            "members",
            "requested_at",
        ],
        HandoverEvent::GuideResigned(_) => &["guide_id", "to_guide_id", "to_store_id", "resigned_at"],
    }
}
