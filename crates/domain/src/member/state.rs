//! What a member's events add up to.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::{Sealed, StoreId, SubjectId};
use serde::{Deserialize, Serialize};

use super::commands::Profile;
use super::consent::Purpose;
use super::events::MemberEvent;
use super::identity::{Identity, IdentityKind};

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
            MemberEvent::IdentityLinked(linked) => {
                let subjects = [&linked.identity.value.subject, &linked.identity.lookup.subject];
                self.subjects.extend(subjects.into_iter().cloned());
                self.identities.push(linked.identity.clone());
            }
            MemberEvent::IdentityUnlinked(unlinked) => {
                self.identities
                    .retain(|identity| !identity.same_as(&unlinked.identity));
            }
            MemberEvent::TouchpointRecorded(_) => {}
            MemberEvent::Erased(_) => {
                *self = Self {
                    status: MemberStatus::Erased,
                    ..Self::default()
                }
            }
        }
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
