//! A guide and a member: who serves whom, and what that has earned.
//!
//! One stream per pair, so that commission accrued by an order stays with the guide who was frozen into it, whoever
//! serves the member later.

mod binding;
mod commands;
mod commission;
mod decide;
mod earnings;
mod events;
mod handing;
mod handover;
mod pages;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;

pub use commands::{
    AccrueCommission, Bind, CompleteHandover, ExpireBinding, GuideCommand, MakeCommissionPayable,
    RejectHandover, RejectReason, RenewBinding, RequestHandover, ReverseCommission, SettleCommission, Unbind,
    UnbindReason,
};
pub use decide::{EXCLUSIVE_SCOPE, GuideRelationship, HANDOVER_SCOPE, handover_key};
pub use earnings::{CommissionAccrued, CommissionBecamePayable, CommissionReversed, CommissionSettled};
pub use events::{
    BindingExpired, BindingRenewed, Bound, GuideEvent, HandoverCapReached, HandoverCompleted,
    HandoverRejected, HandoverRequested, Unbound,
};
pub use handing::{
    EFFECTIVE_AFTER, HandedOver, HandoverCause, MOST_TRANSFERS, TRANSFER_WINDOW, effective_at, lately,
};
pub use pages::DOCS;
pub use refusal::GuideRefusal;
pub use state::{Binding, Earned, GuideState, OrderEarning};
