//! Why a member's rules say no.

use guanxi_kernel::{MemberId, Refusal};

/// Why a member's rules say no.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MemberRefusal {
    /// No such member.
    #[error("there is no such member")]
    Unknown,
    /// Forgotten.
    #[error("the member has been erased")]
    Erased,
    /// No subject was named, so nothing personal could ever be sealed for the member.
    #[error("enrolling needs at least one subject")]
    SubjectMissing,
    /// Not agreed to the membership terms.
    #[error("a member can only be activated after agreeing to the membership terms")]
    ConsentMissing,
    /// A consent that names no document.
    #[error("a consent must name the document that was agreed to")]
    DocumentMissing,
    /// Known by too many signs.
    #[error("a member can have at most {0} identities")]
    TooManyIdentities(usize),
    /// Not known by that sign.
    #[error("the member does not have this identity")]
    IdentityNotLinked,
    /// An identity of another kind where a card is wanted.
    #[error("the identity is not of kind `card`")]
    NotACard,
    /// A number of points that cannot be.
    #[error("the number of points must be positive")]
    PointsInvalid,
    /// Fewer points than asked for.
    #[error("{points} points were asked for, {spendable} can be spent")]
    PointsInsufficient {
        /// Asked for.
        points: i64,
        /// What can be spent.
        spendable: i64,
    },
    /// The name stands for another spending.
    #[error("a spending of this name, but of another size or for another order, is known")]
    SpendReused,
    /// No such spending.
    #[error("there is no spending of this name")]
    SpendUnknown,
    /// More than was spent.
    #[error("{points} points cannot be restored: {left} of the spending are left")]
    RestoreTooMuch {
        /// Asked for.
        points: i64,
        /// What is not back yet.
        left: i64,
    },
    /// No reason was given.
    #[error("say why")]
    ReasonMissing,
    /// May not spend.
    #[error("the member is suspended")]
    Suspended,
    /// Was merged into another.
    #[error("the member was merged into {0}")]
    Merged(MemberId),
    /// Was not merged.
    #[error("the member is not merged into another")]
    NotMerged,
    /// One member named twice.
    #[error("a member cannot be merged into itself")]
    MergeWithItself,
    /// The survivor does not exist.
    #[error("there is no member to merge into")]
    SurvivorUnknown,
    /// The survivor was forgotten.
    #[error("the member to merge into has been erased")]
    SurvivorErased,
    /// The survivor was merged itself.
    #[error("the survivor has been merged into another member itself")]
    SurvivorMerged,
    /// The survivor is no member.
    #[error("a member cannot be merged into somebody who has not agreed to the membership terms")]
    SurvivorNotActive,
    /// The survivor was forgotten since.
    #[error("after an erasure a merge cannot be taken back")]
    UnmergeAfterErasure,
    /// A tag that cannot be.
    #[error("a tag has 1 to {0} bytes and no space around it")]
    TagInvalid(usize),
    /// A person set it.
    #[error("the tag was set by hand, and no rule takes it away")]
    TagSetByHand,
    /// Another rule set it.
    #[error("the tag belongs to another rule")]
    TagOfAnotherRule,
}

impl Refusal for MemberRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "member.unknown",
            Self::Erased => "member.erased",
            Self::SubjectMissing => "member.subject_missing",
            Self::ConsentMissing => "member.consent_missing",
            Self::DocumentMissing => "member.document_missing",
            Self::TooManyIdentities(_) => "member.too_many_identities",
            Self::IdentityNotLinked => "member.identity_not_linked",
            Self::NotACard => "member.not_a_card",
            Self::PointsInvalid => "member.points_invalid",
            Self::PointsInsufficient { .. } => "member.points_insufficient",
            Self::SpendReused => "member.spend_reused",
            Self::SpendUnknown => "member.spend_unknown",
            Self::RestoreTooMuch { .. } => "member.restore_too_much",
            Self::ReasonMissing => "member.reason_missing",
            Self::Suspended => "member.suspended",
            Self::Merged(_) => "member.merged",
            Self::NotMerged => "member.not_merged",
            Self::MergeWithItself => "member.merge_with_itself",
            Self::SurvivorUnknown => "member.survivor_unknown",
            Self::SurvivorErased => "member.survivor_erased",
            Self::SurvivorMerged => "member.survivor_merged",
            Self::SurvivorNotActive => "member.survivor_not_active",
            Self::UnmergeAfterErasure => "member.unmerge_after_erasure",
            Self::TagInvalid(_) => "member.tag_invalid",
            Self::TagSetByHand => "member.tag_set_by_hand",
            Self::TagOfAnotherRule => "member.tag_of_another_rule",
        }
    }
}
