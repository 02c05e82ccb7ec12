//! Why a relationship's rules say no.

use guanxi_kernel::{BasisPoints, Fen, Refusal};

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
    /// A rate above the whole.
    #[error("a commission rate of {}/10,000 is above the whole", .0.0)]
    RateTooHigh(BasisPoints),
    /// The order has earned more already.
    #[error("the order has earned {0} already; less is a reversal")]
    CommissionWouldFall(Fen),
}

impl Refusal for GuideRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotBound => "guide.not_bound",
            Self::AlreadyBound => "guide.already_bound",
            Self::RateTooHigh(_) => "guide.rate_too_high",
            Self::CommissionWouldFall(_) => "guide.commission_would_fall",
        }
    }
}
