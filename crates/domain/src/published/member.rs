//! What outsiders may know of a member: that there is one and what it agreed to, never who it is.

use crate::member::MemberEvent;

pub(super) fn fields(event: &MemberEvent) -> &'static [&'static str] {
    match event {
        MemberEvent::Enrolled(_) => &[
            "source",
            "walk_in",
            "profile.city",
            "profile.birth_year",
            "store_id",
            "channel",
        ],
        MemberEvent::Activated(_) => &[
            "document",
            "profile.city",
            "profile.birth_year",
            "store_id",
            "channel",
            "was_walk_in",
        ],
        MemberEvent::ConsentGranted(_) => &["consent.purpose", "consent.document", "consent.granted_at"],
        MemberEvent::ConsentWithdrawn(_) => &["purpose", "withdrawn_at"],
        MemberEvent::IdentityLinked(_) | MemberEvent::IdentityUnlinked(_) => {
            &["identity.kind", "identity.issuer"]
        }
        MemberEvent::TouchpointRecorded(_) => &[
            "touchpoint.kind",
            "touchpoint.about",
            "touchpoint.store_id",
            "touchpoint.channel",
            "touchpoint.guide_id",
            "touchpoint.touched_at",
        ],
        MemberEvent::Erased(_) => &["basis", "requested_at"],
    }
}
