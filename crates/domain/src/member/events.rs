//! What happens to a member.

use guanxi_kernel::{Channel, StoreId, SubjectId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::{EnrolSource, ErasureBasis, Profile};
use super::consent::{ConsentGrant, Purpose};
use super::identity::Identity;
use super::touchpoint::Touchpoint;

domain_events! {
    /// What happens to a member.
    pub enum MemberEvent {
        /// A person became known.
        Enrolled(Enrolled) = "member.enrolled.v1",
        /// A known person became a member, with consent.
        Activated(Activated) = "member.activated.v1",
        /// The person agreed to something.
        ConsentGranted(ConsentGranted) = "member.consent_granted.v1",
        /// The person no longer agrees.
        ConsentWithdrawn(ConsentWithdrawn) = "member.consent_withdrawn.v1",
        /// The person is known by one more sign.
        IdentityLinked(IdentityLinked) = "member.identity_linked.v1",
        /// The person is no longer known by that sign.
        IdentityUnlinked(IdentityUnlinked) = "member.identity_unlinked.v1",
        /// The person did something that is not yet a purchase.
        TouchpointRecorded(TouchpointRecorded) = "member.touchpoint_recorded.v1",
        /// The person is forgotten.
        Erased(Erased) = "member.erased.v1",
    }
}

/// A person became known: by paying (a walk-in), by asking, or from another system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Enrolled {
    /// How.
    pub source: EnrolSource,
    /// Whether the person only paid, and agreed to nothing: a walk-in.
    pub walk_in: bool,
    /// The subjects under whose keys the person's data is sealed.
    pub subjects: Vec<SubjectId>,
    /// What is known of the person.
    pub profile: Profile,
    /// Where; `null` if at none.
    pub store_id: Option<StoreId>,
    /// Through which channel.
    pub channel: Option<Channel>,
}

/// A known person became a member, with consent to the membership terms. Happens once in a member's life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Activated {
    /// Version of the membership terms agreed to.
    pub document: String,
    /// What the person told on this occasion.
    pub profile: Profile,
    /// Where; `null` if at none.
    pub store_id: Option<StoreId>,
    /// Through which channel.
    pub channel: Option<Channel>,
    /// Whether the person was a walk-in before.
    pub was_walk_in: bool,
}

/// The person agreed to something, in the words of one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentGranted {
    /// To what.
    pub consent: ConsentGrant,
}

/// The person no longer agrees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConsentWithdrawn {
    /// To what.
    pub purpose: Purpose,
    /// When the person said so.
    pub withdrawn_at: Timestamp,
}

/// The person is known by one more sign. Takes the claim on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityLinked {
    /// The sign.
    pub identity: Identity,
}

/// The person is no longer known by that sign. Gives the claim back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityUnlinked {
    /// The sign.
    pub identity: Identity,
}

/// The person did something that is not yet a purchase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TouchpointRecorded {
    /// What.
    pub touchpoint: Touchpoint,
}

/// The person is forgotten: the keys of these subjects are destroyed with this event, and all identities given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Erased {
    /// On whose word.
    pub basis: ErasureBasis,
    /// Whose keys are destroyed.
    pub subjects: Vec<SubjectId>,
    /// When it was asked for.
    pub requested_at: Timestamp,
}
