//! Why a handover of several members is not asked for.

use guanxi_kernel::Refusal;

/// Why a handover of several members is not asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HandoverRefusal {
    /// The id is in use.
    #[error("another handover was asked for under this id")]
    AlreadyExists,
    /// From a guide to herself.
    #[error("a handover goes to another guide")]
    SameGuide,
    /// No members.
    #[error("the call names nobody")]
    Nobody,
    /// More than a call may name.
    #[error("the call names {0} members; the provider takes at most 100 in one call")]
    TooMany(usize),
}

impl Refusal for HandoverRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyExists => "handover.already_exists",
            Self::SameGuide => "handover.same_guide",
            Self::Nobody => "handover.nobody",
            Self::TooMany(_) => "handover.too_many",
        }
    }
}
