//! Two members who turn out to be one person, and the way back.
//!
//! No stream is rewritten: the source is closed, the survivor takes its name as an alias, and lots, debts, orders and
//! spendings move by id, each saying through whom it came. That is why a way back can give each its own again, and why
//! what happened meanwhile stays where it happened.

mod commands;
mod decide;
mod events;
mod holdings;
mod state;

pub(super) use decide::{absorb, forwarded, merge, release, reopen, unmerge};

pub use commands::{Absorb, Merge, Release, Reopen, Survivor, Unmerge};
pub use events::{
    AbsorbDeclined, AbsorbObstacle, Absorbed, Forwarded, Merged, Misdirected, Released, UnmergeRequested,
    Unmerged,
};
pub use holdings::{HeldOrder, HeldSpending, Holdings, KeptOrder, OrderPoints, Spending};
pub use state::Absorption;
