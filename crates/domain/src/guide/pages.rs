//! The pages of a relationship's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "guide.not_bound",
        "Not bound",
        "The guide does not serve this member.",
        "Bind them first, or check the ids.",
    ),
    RefusalDoc::new(
        "guide.already_bound",
        "Bound in another way",
        "The guide serves the member already, at another store or with another exclusiveness.",
        "Unbind first.",
    ),
    RefusalDoc::new(
        "guide.rate_too_high",
        "Rate above the whole",
        "A commission rate is at most 10,000 ten-thousandths.",
        "Correct the rate.",
    ),
    RefusalDoc::new(
        "guide.term_over",
        "Over before it begins",
        "The end of the binding lies before its beginning, or before its renewal.",
        "Correct `expires_at`.",
    ),
    RefusalDoc::new(
        "guide.same_guide",
        "The same guide",
        "A handover goes to another guide than the one who serves the member.",
        "Check the ids.",
    ),
    RefusalDoc::new(
        "guide.handover_pending",
        "Handover under way",
        "A handover of this member was asked for and has not taken effect yet.",
        "Wait until it takes effect or fails, or unbind.",
    ),
    RefusalDoc::new(
        "guide.no_handover",
        "No handover under way",
        "Nothing was asked for that could be completed or rejected.",
        "Check the guide and the member: a notice of failure names the guide who should have taken over.",
    ),
    RefusalDoc::new(
        "guide.handover_not_effective",
        "Not yet in effect",
        "A handover takes effect 24 hours after it was asked for.",
        "Nothing: it is completed by itself.",
    ),
    RefusalDoc::new(
        "guide.transfer_limit",
        "Handed over twice",
        "On the job a customer may be handed over at most twice within 90 days. A resignation is not bound by that.",
        "Wait, or let the customer add the other guide.",
    ),
    RefusalDoc::new(
        "guide.not_yet_payable",
        "Return window open",
        "Commission is payable when the return window of its order has ended.",
        "Nothing: it becomes payable by itself.",
    ),
    RefusalDoc::new(
        "guide.nothing_to_settle",
        "Nothing to settle",
        "What has become payable was paid, and nothing was reversed since.",
        "Nothing.",
    ),
    RefusalDoc::new(
        "guide.handover_taken",
        "Handed over to the same guide",
        "A handover of this member to that guide is under way from another guide.",
        "Wait until it takes effect or fails.",
    ),
    RefusalDoc::new(
        "guide.exclusive_taken",
        "Another guide's member",
        "Another guide serves this member exclusively.",
        "Unbind the other guide first, or bind without exclusiveness.",
    ),
];
