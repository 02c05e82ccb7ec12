//! Why a relationship's rules say no.

use guanxi_kernel::{BasisPoints, Refusal, Timestamp};

/// Why a relationship's rules say no.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GuideRefusal {
    /// The guide does not serve the member.
    #[error("the guide does not serve this member")]
    NotBound,
    /// Bound already, in another way.
    #[error(
        "the guide serves this member already, at another store or with another exclusiveness; unbind first"
    )]
    AlreadyBound,
    /// A binding that would end before it begins.
    #[error("the binding would end before it begins")]
    TermOver,
    /// To the guide who serves the member already.
    #[error("the guide serves this member already; a handover goes to another guide")]
    SameGuide,
    /// One is under way.
    #[error("a handover is under way; it takes effect at {0}")]
    HandoverPending(Timestamp),
    /// None is under way.
    #[error("no handover is under way")]
    NoHandover,
    /// Too early.
    #[error("the handover takes effect at {0}")]
    HandoverNotEffective(Timestamp),
    /// Handed over too often.
    #[error("the member was handed over twice within 90 days, the most there may be on the job")]
    TransferLimit,
    /// A rate above the whole.
    #[error("a commission rate of {}/10,000 is above the whole", .0.0)]
    RateTooHigh(BasisPoints),
    /// The return window is open.
    #[error("the return window of the order ends at {0}")]
    NotYetPayable(Timestamp),
    /// Nothing to pay.
    #[error("there is nothing to settle")]
    NothingToSettle,
}

impl Refusal for GuideRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotBound => "guide.not_bound",
            Self::AlreadyBound => "guide.already_bound",
            Self::TermOver => "guide.term_over",
            Self::SameGuide => "guide.same_guide",
            Self::HandoverPending(_) => "guide.handover_pending",
            Self::NoHandover => "guide.no_handover",
            Self::HandoverNotEffective(_) => "guide.handover_not_effective",
            Self::TransferLimit => "guide.transfer_limit",
            Self::RateTooHigh(_) => "guide.rate_too_high",
            Self::NotYetPayable(_) => "guide.not_yet_payable",
            Self::NothingToSettle => "guide.nothing_to_settle",
        }
    }
}
