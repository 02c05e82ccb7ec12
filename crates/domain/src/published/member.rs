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
        MemberEvent::CardBound(_) | MemberEvent::CardUnbound(_) => &["card.kind", "card.issuer"],
        MemberEvent::TagAssigned(_) | MemberEvent::TagRemoved(_) => &["tag", "by"],
        MemberEvent::Suspended(_) | MemberEvent::Reinstated(_) => &[],
        MemberEvent::Merged(_) => &["into", "aliases", "balance", "business_date"],
        MemberEvent::Absorbed(_) => &["source", "aliases", "balance", "business_date"],
        MemberEvent::Released(_) => &["source", "aliases", "balance", "business_date"],
        MemberEvent::Unmerged(_) => &["from", "aliases", "balance", "business_date"],
        MemberEvent::AbsorbDeclined(_)
        | MemberEvent::UnmergeRequested(_)
        | MemberEvent::Forwarded(_)
        | MemberEvent::PointsTransferDeclined(_) => &[],
        MemberEvent::TierUpgraded(_)
        | MemberEvent::TierRetained(_)
        | MemberEvent::TierGraceStarted(_)
        | MemberEvent::TierDowngraded(_) => &["term", "why", "business_date"],
        MemberEvent::PointsPended(_) | MemberEvent::PointsEarned(_) | MemberEvent::PointsClawedBack(_) => {
            EARNING
        }
        MemberEvent::PointsSpent(_) => &["spend_id", "order_id", "points", "balance", "business_date"],
        MemberEvent::PointsRestored(_) => &["spend_id", "points", "balance", "business_date"],
        MemberEvent::PointsExpired(_) => &["reason", "points", "balance", "business_date"],
        MemberEvent::PointsDebtIncurred(_) => &["order_id", "points", "balance", "business_date"],
        MemberEvent::PointsTransferred(_) => TRANSFER,
        MemberEvent::PointsAdjusted(_) => &["reference", "points", "balance", "business_date"],
        MemberEvent::PointsActivated(_) | MemberEvent::PointsDebtRepaid(_) => {
            &["points", "balance", "business_date"]
        }
    }
}

const EARNING: &[&str] = &[
    "basis.order_id",
    "basis.base_fen",
    "basis.rate",
    "basis.programme_version",
    "points",
    "balance",
    "business_date",
];

const TRANSFER: &[&str] = &[
    "transfer_id",
    "direction",
    "other",
    "points",
    "balance",
    "business_date",
];
