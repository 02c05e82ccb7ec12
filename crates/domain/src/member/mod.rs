//! A person in the chain's eyes: from walk-in to member to forgotten.
//!
//! Whoever pays is known by that alone, as a walk-in; becoming a member takes consent. Personal data is here only
//! sealed, and an erased member leaves numbers and proofs, and nobody's name.

mod admission;
mod card;
mod commands;
mod consent;
mod decide;
mod events;
mod identity;
mod merge;
mod pages;
mod points;
mod refusal;
#[cfg(test)]
mod scenarios;
mod standing;
mod state;
mod tier;
mod touchpoint;

pub use card::{BindCard, CardBound, CardUnbound, UnbindCard};
pub use commands::{
    Activate, Enrol, EnrolSource, Erase, ErasureBasis, LinkIdentity, MemberCommand, Profile, RecordConsent,
    RecordTouchpoint, UnlinkIdentity, WithdrawConsent,
};
pub use consent::{ConsentGrant, Purpose};
pub use decide::{ALIAS, MOST_IDENTITIES, Member, POINTS_ORDER};
pub use events::{
    Activated, ConsentGranted, ConsentWithdrawn, Enrolled, Erased, IdentityLinked, IdentityUnlinked,
    MemberEvent, TouchpointRecorded,
};
pub use identity::{Identity, IdentityKind, SCOPE_PREFIX, lookup_kind};
pub use merge::{
    Absorb, AbsorbDeclined, AbsorbObstacle, Absorbed, Absorption, Forwarded, HeldOrder, HeldSpending,
    Holdings, KeptOrder, Merge, Merged, Misdirected, OrderPoints, Release, Released, Reopen, Spending,
    Survivor, Unmerge, UnmergeRequested, Unmerged,
};
pub use pages::DOCS;
pub use points::{
    ActivatePoints, AdjustPoints, Balance, BeginDay, ClawBackPoints, DebtChange, Direction, EarnPoints,
    EarningBasis, EvaluateTier, ExpirePoints, ExpiryReason, Ledger, LotChange, LotTerms, PointsActivated,
    PointsAdjusted, PointsClawedBack, PointsDebtIncurred, PointsDebtRepaid, PointsEarned, PointsExpired,
    PointsPended, PointsRestored, PointsSpent, PointsTransferDeclined, PointsTransferred, ReceivePoints,
    RestorePoints, SpendPoints, TransferPoints,
};
pub use refusal::MemberRefusal;
pub use standing::{
    AssignTag, LONGEST_TAG, Reinstate, Reinstated, RemoveTag, Suspend, Suspended, TagAssigned, TagRemoved,
    TagSource,
};
pub use state::{MemberState, MemberStatus};
pub use tier::{
    TierBasis, TierCause, TierDowngraded, TierGraceStarted, TierHeld, TierRetained, TierTerm, TierUpgraded,
};
pub use touchpoint::{Touchpoint, TouchpointKind};
