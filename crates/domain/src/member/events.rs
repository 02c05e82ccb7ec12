//! What happens to a member.

use guanxi_kernel::{Channel, MemberId, StoreId, SubjectId, Timestamp, domain_events};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::card::{CardBound, CardUnbound};
use super::commands::{EnrolSource, ErasureBasis, Profile};
use super::consent::{ConsentGrant, Purpose};
use super::identity::Identity;
use super::merge::{AbsorbDeclined, Absorbed, Forwarded, Merged, Released, UnmergeRequested, Unmerged};
use super::points::{
    PointsActivated, PointsAdjusted, PointsClawedBack, PointsDebtIncurred, PointsDebtRepaid, PointsEarned,
    PointsExpired, PointsPended, PointsRestored, PointsSpent, PointsTransferDeclined, PointsTransferred,
};
use super::standing::{Reinstated, Suspended, TagAssigned, TagRemoved};
use super::tier::{TierDowngraded, TierGraceStarted, TierRetained, TierUpgraded};
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
        /// A physical card was bound.
        CardBound(CardBound) = "member.card_bound.v1",
        /// A physical card was taken away.
        CardUnbound(CardUnbound) = "member.card_unbound.v1",
        /// An order earned points that wait for its return window to end.
        PointsPended(PointsPended) = "member.points_pended.v1",
        /// An order earned points that can be spent at once.
        PointsEarned(PointsEarned) = "member.points_earned.v1",
        /// Points that waited can be spent.
        PointsActivated(PointsActivated) = "member.points_activated.v1",
        /// Points that became usable paid what the member owed.
        PointsDebtRepaid(PointsDebtRepaid) = "member.points_debt_repaid.v1",
        /// The member spent points.
        PointsSpent(PointsSpent) = "member.points_spent.v1",
        /// A spending was called off.
        PointsRestored(PointsRestored) = "member.points_restored.v1",
        /// A refund took points back.
        PointsClawedBack(PointsClawedBack) = "member.points_clawed_back.v1",
        /// What a refund had to take back was not there.
        PointsDebtIncurred(PointsDebtIncurred) = "member.points_debt_incurred.v1",
        /// Points ended.
        PointsExpired(PointsExpired) = "member.points_expired.v1",
        /// Points went from one member to another.
        PointsTransferred(PointsTransferred) = "member.points_transferred.v1",
        /// Points could not be given to this member.
        PointsTransferDeclined(PointsTransferDeclined) = "member.points_transfer_declined.v1",
        /// Somebody put the points right by hand.
        PointsAdjusted(PointsAdjusted) = "member.points_adjusted.v1",
        /// The member came to a higher tier.
        TierUpgraded(TierUpgraded) = "member.tier_upgraded.v1",
        /// The member earned the tier again.
        TierRetained(TierRetained) = "member.tier_retained.v1",
        /// The member keeps a tier for some days that it no longer earns.
        TierGraceStarted(TierGraceStarted) = "member.tier_grace_started.v1",
        /// The member came to a lower tier.
        TierDowngraded(TierDowngraded) = "member.tier_downgraded.v1",
        /// This member was merged into another.
        Merged(Merged) = "member.merged.v1",
        /// Another member was merged into this one.
        Absorbed(Absorbed) = "member.absorbed.v1",
        /// This member could not take another in.
        AbsorbDeclined(AbsorbDeclined) = "member.absorb_declined.v1",
        /// A merge shall be taken back.
        UnmergeRequested(UnmergeRequested) = "member.unmerge_requested.v1",
        /// The survivor gave back what is left of what came over.
        Released(Released) = "member.released.v1",
        /// This member stands alone again.
        Unmerged(Unmerged) = "member.unmerged.v1",
        /// Something came to this member that belongs to another, and goes on.
        Forwarded(Forwarded) = "member.forwarded.v1",
        /// The member was given a tag.
        TagAssigned(TagAssigned) = "member.tag_assigned.v1",
        /// A tag was taken from the member.
        TagRemoved(TagRemoved) = "member.tag_removed.v1",
        /// The member may not spend or give points.
        Suspended(Suspended) = "member.suspended.v1",
        /// The member may spend again.
        Reinstated(Reinstated) = "member.reinstated.v1",
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
    /// Members merged into this one, who are forgotten with it.
    pub absorbed: Vec<MemberId>,
}
