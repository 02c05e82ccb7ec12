//! A person in the chain's eyes: from walk-in to member to forgotten.
//!
//! Whoever pays is known by that alone, as a walk-in; becoming a member takes consent. Personal data is here only
//! sealed, and an erased member leaves numbers and proofs, and nobody's name.

mod commands;
mod consent;
mod decide;
mod events;
mod identity;
mod pages;
mod refusal;
#[cfg(test)]
mod scenarios;
mod state;
mod touchpoint;

pub use commands::{
    Activate, Enrol, EnrolSource, Erase, ErasureBasis, LinkIdentity, MemberCommand, Profile, RecordConsent,
    RecordTouchpoint, UnlinkIdentity, WithdrawConsent,
};
pub use consent::{ConsentGrant, Purpose};
pub use decide::{MOST_IDENTITIES, Member};
pub use events::{
    Activated, ConsentGranted, ConsentWithdrawn, Enrolled, Erased, IdentityLinked, IdentityUnlinked,
    MemberEvent, TouchpointRecorded,
};
pub use identity::{Identity, IdentityKind, SCOPE_PREFIX, lookup_kind};
pub use pages::DOCS;
pub use refusal::MemberRefusal;
pub use state::{MemberState, MemberStatus};
pub use touchpoint::{Touchpoint, TouchpointKind};
