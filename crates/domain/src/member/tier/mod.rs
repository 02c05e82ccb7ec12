//! A member's tier: reached by purchases within a window, kept for a time, with days of grace at its end.

mod evaluate;
mod events;
mod held;
mod judge;

pub(super) use evaluate::{alone, evaluate, on_merge, on_purchase, on_refund, pass_ends};
pub(super) use judge::Judge;

pub use events::{
    TierBasis, TierCause, TierDowngraded, TierGraceStarted, TierRetained, TierTerm, TierUpgraded,
};
pub use held::TierHeld;
