//! The pages of a member's refusals.

use crate::refusal::RefusalDoc;

/// The pages of these refusals.
pub const DOCS: &[RefusalDoc] = &[
    RefusalDoc::new(
        "member.unknown",
        "Unknown member",
        "Nobody was enrolled under this id.",
        "Enrol the person first, or check the id.",
    ),
    RefusalDoc::new(
        "member.erased",
        "Member erased",
        "The person was forgotten on request. Nothing personal can be added to this id again.",
        "If the person comes back, enrol them anew under a new id.",
    ),
    RefusalDoc::new(
        "member.subject_missing",
        "No subject",
        "Enrolling names no subject, so there is no key under which anything personal could be sealed.",
        "Send at least one subject.",
    ),
    RefusalDoc::new(
        "member.consent_missing",
        "No consent to the membership terms",
        "A walk-in becomes a member only by agreeing to the membership terms.",
        "Record the consent of purpose `membership` first, or send it along.",
    ),
    RefusalDoc::new(
        "member.document_missing",
        "Consent to no document",
        "A consent does not say to which words the person agreed.",
        "Name the version of the text that the person saw.",
    ),
    RefusalDoc::new(
        "member.too_many_identities",
        "Too many identities",
        "One member would be known by more signs than any person has; most likely two people are being mixed up.",
        "Unlink what is not the person's.",
    ),
    RefusalDoc::new(
        "member.identity_not_linked",
        "Identity not linked",
        "The member is not known by this sign.",
        "Check the member and the sign.",
    ),
    taken("member.identity.openid_taken"),
    taken("member.identity.unionid_taken"),
    taken("member.identity.wecom_taken"),
    taken("member.identity.phone_taken"),
    taken("member.identity.card_taken"),
    taken("member.identity.pos_taken"),
];

const fn taken(code: &'static str) -> RefusalDoc {
    RefusalDoc::new(
        code,
        "Identity of another member",
        "Another member is known by this sign, and a sign belongs to one member at a time.",
        "Use the other member, or unlink the sign there first.",
    )
}
