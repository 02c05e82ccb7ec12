//! What a member's events add up to.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::{MemberId, Sealed, StoreId, SubjectId};
use serde::{Deserialize, Serialize};

use super::commands::Profile;
use super::consent::Purpose;
use super::events::MemberEvent;
use super::identity::{Identity, IdentityKind};
use super::merge::Absorption;
use super::points::{Direction, Ledger};
use super::standing::TagSource;
use super::tier::TierHeld;

/// A member as of the last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberState {
    /// How far the person has come.
    pub status: MemberStatus,
    /// Under whose keys the person's data is sealed.
    pub subjects: BTreeSet<SubjectId>,
    /// By what the person is known.
    pub identities: Vec<Identity>,
    /// The consents that hold, each with the version of the document agreed to.
    pub consents: BTreeMap<Purpose, String>,
    /// What is known of the person.
    pub profile: Profile,
    /// The store of the first contact, later of the activation.
    pub home_store: Option<StoreId>,
    /// Points, and what orders and spendings have to do with them.
    pub ledger: Ledger,
    /// The tier above everybody's, if any.
    pub tier: Option<TierHeld>,
    /// What the chain calls the member, and on whose word.
    pub tags: BTreeMap<String, TagSource>,
    /// Why the member may not spend, if so.
    pub suspended: Option<String>,
    /// The member into whom this one was merged: the stream is closed.
    pub merged_into: Option<MemberId>,
    /// Members who were merged into this one.
    pub absorbed: BTreeMap<MemberId, Absorption>,
}

/// How far a person has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum MemberStatus {
    /// Never seen.
    #[default]
    Unknown,
    /// Paid once, agreed to nothing.
    WalkIn,
    /// Known, not yet activated.
    Enrolled,
    /// A member with consent.
    Active,
    /// Forgotten.
    Erased,
}

impl MemberState {
    /// Folds one event.
    pub fn apply(&mut self, event: &MemberEvent) {
        match event {
            MemberEvent::Enrolled(enrolled) => {
                self.status = if enrolled.walk_in {
                    MemberStatus::WalkIn
                } else {
                    MemberStatus::Enrolled
                };
                self.subjects.extend(enrolled.subjects.iter().cloned());
                self.learn(&enrolled.profile);
                self.home_store.clone_from(&enrolled.store_id);
            }
            MemberEvent::Activated(activated) => {
                self.status = MemberStatus::Active;
                self.learn(&activated.profile);
                if activated.store_id.is_some() {
                    self.home_store.clone_from(&activated.store_id);
                }
            }
            MemberEvent::ConsentGranted(granted) => {
                self.consents
                    .insert(granted.consent.purpose, granted.consent.document.clone());
            }
            MemberEvent::ConsentWithdrawn(withdrawn) => {
                self.consents.remove(&withdrawn.purpose);
            }
            MemberEvent::IdentityLinked(linked) => self.known_by(&linked.identity),
            MemberEvent::CardBound(bound) => self.known_by(&bound.card),
            MemberEvent::IdentityUnlinked(unlinked) => self.unknown_by(&unlinked.identity),
            MemberEvent::CardUnbound(unbound) => self.unknown_by(&unbound.card),
            MemberEvent::TouchpointRecorded(_) => {}
            MemberEvent::Erased(_) => {
                *self = Self {
                    status: MemberStatus::Erased,
                    ..Self::default()
                }
            }
            MemberEvent::TagAssigned(assigned) => {
                self.tags.insert(assigned.tag.clone(), assigned.by.clone());
            }
            MemberEvent::TagRemoved(removed) => {
                self.tags.remove(&removed.tag);
            }
            MemberEvent::Suspended(suspended) => self.suspended = Some(suspended.reason.clone()),
            MemberEvent::Reinstated(_) => self.suspended = None,
            points_tier_or_merge => {
                self.apply_points(points_tier_or_merge);
                self.apply_tier(points_tier_or_merge);
                self.apply_merge(points_tier_or_merge);
            }
        }
    }

    fn apply_points(&mut self, event: &MemberEvent) {
        let ledger = &mut self.ledger;
        match event {
            MemberEvent::PointsPended(pended) => ledger.earned(&pended.basis, pended.points, &pended.lots),
            MemberEvent::PointsEarned(earned) => ledger.earned(&earned.basis, earned.points, &earned.lots),
            MemberEvent::PointsActivated(activated) => ledger.activated(activated),
            MemberEvent::PointsDebtRepaid(repaid) => {
                ledger.change_lots(&repaid.lots);
                ledger.change_debts(&repaid.debts);
            }
            MemberEvent::PointsSpent(spent) => ledger.spent(spent),
            MemberEvent::PointsRestored(restored) => ledger.restored(restored),
            MemberEvent::PointsClawedBack(clawed) => ledger.clawed_back(clawed),
            MemberEvent::PointsDebtIncurred(owed) => ledger.owed(&owed.order_id, owed.points, &owed.debts),
            MemberEvent::PointsExpired(expired) => ledger.change_lots(&expired.lots),
            MemberEvent::PointsTransferred(transferred) => match transferred.direction {
                Direction::Out => ledger.given_away(transferred),
                Direction::In => {
                    ledger.change_lots(&transferred.lots);
                    ledger.references.insert(transferred.transfer_id.clone());
                }
            },
            MemberEvent::PointsAdjusted(adjusted) => {
                ledger.change_lots(&adjusted.lots);
                ledger.references.insert(adjusted.reference.clone());
            }
            _ => {}
        }
    }

    fn apply_tier(&mut self, event: &MemberEvent) {
        let (term, date) = match event {
            MemberEvent::TierUpgraded(upgraded) => (&upgraded.term, upgraded.business_date),
            MemberEvent::TierRetained(retained) => (&retained.term, retained.business_date),
            MemberEvent::TierGraceStarted(grace) => (&grace.term, grace.business_date),
            MemberEvent::TierDowngraded(downgraded) => (&downgraded.term, downgraded.business_date),
            _ => return,
        };
        self.tier = TierHeld::after(self.tier.as_ref(), term, date);
    }

    fn apply_merge(&mut self, event: &MemberEvent) {
        match event {
            MemberEvent::Merged(merged) => self.merged(merged),
            MemberEvent::Absorbed(absorbed) => self.absorb(absorbed),
            MemberEvent::Released(released) => self.release(released),
            MemberEvent::Unmerged(unmerged) => self.unmerged(unmerged),
            _ => {}
        }
    }

    fn known_by(&mut self, identity: &Identity) {
        let subjects = [&identity.value.subject, &identity.lookup.subject];
        self.subjects.extend(subjects.into_iter().cloned());
        self.identities.push(identity.clone());
    }

    fn unknown_by(&mut self, identity: &Identity) {
        self.identities.retain(|known| !known.same_as(identity));
    }

    /// The linked identity so described.
    #[must_use]
    pub fn identity(
        &self,
        kind: IdentityKind,
        issuer: Option<&str>,
        value: &Sealed<String>,
    ) -> Option<&Identity> {
        self.identities
            .iter()
            .find(|identity| identity.is(kind, issuer, value))
    }

    fn learn(&mut self, profile: &Profile) {
        self.subjects.extend(profile.subjects().into_iter().cloned());
        let Profile {
            name,
            address,
            city,
            birth_year,
        } = profile.clone();
        self.profile.name = name.or(self.profile.name.take());
        self.profile.address = address.or(self.profile.address.take());
        self.profile.city = city.or(self.profile.city.take());
        self.profile.birth_year = birth_year.or(self.profile.birth_year);
    }
}
