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
    RefusalDoc::new(
        "member.not_a_card",
        "Not a card",
        "An identity of another kind was sent where a physical card is to be bound.",
        "Send an identity of kind `card`, or link the identity instead.",
    ),
    RefusalDoc::new(
        "member.points_invalid",
        "No such number of points",
        "A spending, a gift or a correction of no points, or of a negative number where only taking is meant.",
        "Send a positive number; to take points away by hand, adjust by a negative one.",
    ),
    RefusalDoc::new(
        "member.points_insufficient",
        "Not enough points",
        "The member has fewer usable points than asked for. Points that still wait for a return window, points whose last day is over, and what is owed from refunds do not count.",
        "Look at the member's balance; ask for fewer.",
    ),
    RefusalDoc::new(
        "member.spend_reused",
        "Name of a spending used twice",
        "A spending or gift of this name is known, with another number of points or for another order.",
        "Give every spending a name of its own; repeat a spending with the very same content.",
    ),
    RefusalDoc::new(
        "member.spend_unknown",
        "Unknown spending",
        "There is no spending of this name to call off.",
        "Check the name and the member.",
    ),
    RefusalDoc::new(
        "member.restore_too_much",
        "More than was spent",
        "More points are to go back than the spending has left.",
        "Leave the number out to restore all that is left.",
    ),
    RefusalDoc::new(
        "member.reason_missing",
        "No reason",
        "What is done by hand must say why.",
        "Write a reason; no personal data.",
    ),
    RefusalDoc::new(
        "member.suspended",
        "Member suspended",
        "The member may not spend or give points. Orders still earn, and refunds still take back.",
        "Reinstate the member if the matter is settled.",
    ),
    RefusalDoc::new(
        "member.merged",
        "Member merged",
        "The two accounts of one person were merged, and this one is closed. The message names the survivor, who holds points, debts and orders.",
        "Send the command to the survivor. To forget the person, erase the survivor: the merged account goes with it.",
    ),
    RefusalDoc::new(
        "member.not_merged",
        "Member not merged",
        "There is no merge to take back.",
        "Check the id: take a merge back on the account that was closed by it.",
    ),
    RefusalDoc::new(
        "member.merge_with_itself",
        "Merge with itself",
        "Source and survivor are the same member.",
        "Name two members.",
    ),
    RefusalDoc::new(
        "member.survivor_unknown",
        "Unknown survivor",
        "The member to merge into was never enrolled.",
        "Check the id.",
    ),
    RefusalDoc::new(
        "member.survivor_erased",
        "Survivor erased",
        "The member to merge into was forgotten on request.",
        "A merge needs two living accounts.",
    ),
    RefusalDoc::new(
        "member.survivor_merged",
        "Survivor merged",
        "The survivor has been merged into another member itself.",
        "Merge into that one, or take that merge back first.",
    ),
    RefusalDoc::new(
        "member.survivor_not_active",
        "Survivor without consent",
        "A member with consent cannot be merged into somebody who has not agreed to the membership terms: the points would have no holder.",
        "Merge the other way round, or activate the survivor first.",
    ),
    RefusalDoc::new(
        "member.unmerge_after_erasure",
        "No way back after an erasure",
        "One of the two was forgotten since the merge. What belonged to whom can no longer be told.",
        "Enrol the person anew.",
    ),
    RefusalDoc::new(
        "member.tag_invalid",
        "No such tag",
        "A tag is empty, too long, or has space around it.",
        "Choose a short word.",
    ),
    RefusalDoc::new(
        "member.tag_set_by_hand",
        "Tag set by hand",
        "A rule wanted to take away a tag that a person had set.",
        "Nothing: a hand's word stands above a rule's. Remove it by hand if it no longer fits.",
    ),
    RefusalDoc::new(
        "member.tag_of_another_rule",
        "Tag of another rule",
        "A rule wanted to take away a tag that another rule had set.",
        "Let each rule use tags of its own.",
    ),
    RefusalDoc::new(
        "member.points_order_taken",
        "Order paid by another member's points",
        "Another member has spent points for this order.",
        "Check the order's id; one order takes points of one member.",
    ),
    RefusalDoc::new(
        "member.alias_taken",
        "Merged elsewhere",
        "The member was merged into somebody else.",
        "Look at the member; a merge can be taken back.",
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
