//! Becoming known, becoming a member, being known by signs.

use std::collections::BTreeSet;

use super::commands::{Activate, Enrol, EnrolSource, UnlinkIdentity};
use super::consent::{ConsentGrant, Purpose};
use super::decide::MOST_IDENTITIES;
use super::events::{Activated, ConsentGranted, Enrolled, IdentityLinked, IdentityUnlinked, MemberEvent};
use super::identity::Identity;
use super::refusal::MemberRefusal;
use super::state::{MemberState, MemberStatus};

type Decision = Result<Vec<MemberEvent>, MemberRefusal>;

pub(super) fn first_enrol(enrol: &Enrol) -> Decision {
    let mut subjects = BTreeSet::from_iter(enrol.subjects.iter().cloned());
    subjects.extend(enrol.profile.subjects().into_iter().cloned());
    if subjects.is_empty() {
        return Err(MemberRefusal::SubjectMissing);
    }
    let enrolled = Enrolled {
        source: enrol.source,
        walk_in: enrol.source == EnrolSource::Payment,
        subjects: subjects.into_iter().collect(),
        profile: enrol.profile.clone(),
        store_id: enrol.store_id.clone(),
        channel: enrol.channel.clone(),
    };
    let mut events = vec![enrolled.into()];
    events.extend(link(&MemberState::default(), &enrol.identities)?);
    Ok(events)
}

/// Links what is not linked yet.
pub(super) fn link(state: &MemberState, identities: &[Identity]) -> Decision {
    let mut fresh: Vec<&Identity> = Vec::new();
    for identity in identities {
        let known = state
            .identities
            .iter()
            .chain(fresh.iter().copied())
            .any(|other| other.same_as(identity));
        if !known {
            fresh.push(identity);
        }
    }
    if state.identities.len() + fresh.len() > MOST_IDENTITIES {
        return Err(MemberRefusal::TooManyIdentities(MOST_IDENTITIES));
    }
    Ok(fresh
        .into_iter()
        .map(|identity| {
            IdentityLinked {
                identity: identity.clone(),
            }
            .into()
        })
        .collect())
}

pub(super) fn decide_activate(state: &MemberState, activate: &Activate) -> Decision {
    let mut events = grant(state, &activate.consents)?;
    if state.status == MemberStatus::Active {
        return Ok(events);
    }
    let now = activate
        .consents
        .iter()
        .rev()
        .find(|consent| consent.purpose == Purpose::Membership);
    let document = now
        .map(|consent| &consent.document)
        .or_else(|| state.consents.get(&Purpose::Membership));
    let activated = Activated {
        document: document.ok_or(MemberRefusal::ConsentMissing)?.clone(),
        profile: activate.profile.clone(),
        store_id: activate.store_id.clone(),
        channel: activate.channel.clone(),
        was_walk_in: state.status == MemberStatus::WalkIn,
    };
    events.push(activated.into());
    Ok(events)
}

/// Notes the consents that do not hold yet in these words.
pub(super) fn grant(state: &MemberState, consents: &[ConsentGrant]) -> Decision {
    let mut held = state.consents.clone();
    let mut events = Vec::new();
    for consent in consents {
        if consent.document.trim().is_empty() {
            return Err(MemberRefusal::DocumentMissing);
        }
        if held.insert(consent.purpose, consent.document.clone()).as_ref() != Some(&consent.document) {
            events.push(
                ConsentGranted {
                    consent: consent.clone(),
                }
                .into(),
            );
        }
    }
    Ok(events)
}

pub(super) fn decide_unlink(state: &MemberState, unlink: &UnlinkIdentity) -> Decision {
    let linked = state.identity(unlink.kind, unlink.issuer.as_deref(), &unlink.value);
    // The identity as it was linked goes into the event: its seal holds the claim that is given back.
    let identity = linked.ok_or(MemberRefusal::IdentityNotLinked)?.clone();
    Ok(vec![IdentityUnlinked { identity }.into()])
}
