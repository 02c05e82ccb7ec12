//! Why a member's rules say no.

use guanxi_kernel::Refusal;

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
        }
    }
}
