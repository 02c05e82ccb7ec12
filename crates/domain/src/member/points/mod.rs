//! Points in lots: earned by orders, spent from the lot that ends first, taken back by refunds, owed when spent before.

mod claw_back;
mod commands;
mod draft;
mod earn;
mod events;
mod ledger;
mod lot;
mod midnight;
mod spend;

pub(super) use claw_back::claw_back;
pub(super) use draft::Draft;
pub(super) use earn::earn;
pub(super) use midnight::{activate, begin_day, evaluate_tier, expire, forfeit};
pub(super) use spend::{adjust, receive, restore, spend, transfer};

pub use commands::{
    ActivatePoints, AdjustPoints, BeginDay, ClawBackPoints, EarnPoints, EvaluateTier, ExpirePoints,
    ReceivePoints, RestorePoints, SpendPoints, TransferPoints,
};
pub use events::{
    Direction, EarningBasis, ExpiryReason, PointsActivated, PointsAdjusted, PointsClawedBack,
    PointsDebtIncurred, PointsDebtRepaid, PointsEarned, PointsExpired, PointsPended, PointsRestored,
    PointsSpent, PointsTransferDeclined, PointsTransferred,
};
pub use ledger::Ledger;
pub use lot::{Balance, DebtChange, LotChange, LotTerms};
