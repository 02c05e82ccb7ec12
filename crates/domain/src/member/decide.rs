//! The rules of a member.

use std::collections::BTreeSet;

use guanxi_kernel::{ClaimChange, Decider, SubjectId};

use super::commands::{Activate, Enrol, EnrolSource, Erase, MemberCommand, UnlinkIdentity};
use super::consent::{ConsentGrant, Purpose};
use super::events::{
    Activated, ConsentGranted, ConsentWithdrawn, Enrolled, Erased, IdentityLinked, IdentityUnlinked,
    MemberEvent, TouchpointRecorded,
};
use super::identity::{Identity, SCOPE_PREFIX};
use super::refusal::MemberRefusal;
use super::state::{MemberState, MemberStatus};

/// The most identities that one member may have: each is in the state, and far fewer make sense.
pub const MOST_IDENTITIES: usize = 64;

/// A person in the chain's eyes: from walk-in to member to forgotten.
#[derive(Debug)]
pub struct Member;

type Decision = Result<Vec<MemberEvent>, MemberRefusal>;

impl Decider for Member {
    const TYPE: &'static str = "member";
    type State = MemberState;
    type Command = MemberCommand;
    type Event = MemberEvent;
    type Refusal = MemberRefusal;

    fn decide(state: &MemberState, command: &MemberCommand) -> Decision {
        match (state.status, command) {
            (MemberStatus::Unknown, MemberCommand::Enrol(enrol)) => return first_enrol(enrol),
            (MemberStatus::Unknown, _) => return Err(MemberRefusal::Unknown),
            // Erasing twice is erasing once, and a fact is never refused; but nobody is left to attach it to.
            (MemberStatus::Erased, MemberCommand::Erase(_) | MemberCommand::RecordTouchpoint(_)) => {
                return Ok(Vec::new());
            }
            (MemberStatus::Erased, _) => return Err(MemberRefusal::Erased),
            _ => {}
        }
        match command {
            MemberCommand::Enrol(enrol) => link(state, &enrol.identities),
            MemberCommand::Activate(activate) => decide_activate(state, activate),
            MemberCommand::RecordConsent(record) => grant(state, std::slice::from_ref(&record.consent)),
            MemberCommand::WithdrawConsent(withdraw) => Ok(state
                .consents
                .contains_key(&withdraw.purpose)
                .then(|| {
                    ConsentWithdrawn {
                        purpose: withdraw.purpose,
                        withdrawn_at: withdraw.withdrawn_at,
                    }
                    .into()
                })
                .into_iter()
                .collect()),
            MemberCommand::LinkIdentity(linking) => link(state, std::slice::from_ref(&linking.identity)),
            MemberCommand::UnlinkIdentity(unlink) => decide_unlink(state, unlink),
            MemberCommand::RecordTouchpoint(record) => Ok(vec![
                TouchpointRecorded {
                    touchpoint: record.touchpoint.clone(),
                }
                .into(),
            ]),
            MemberCommand::Erase(erase) => Ok(vec![erased(state, erase).into()]),
        }
    }

    fn evolve(state: &mut MemberState, event: &MemberEvent) {
        state.apply(event);
    }

    fn claims(event: &MemberEvent) -> Vec<ClaimChange> {
        match event {
            MemberEvent::IdentityLinked(linked) => vec![ClaimChange::Take(linked.identity.claim())],
            MemberEvent::IdentityUnlinked(unlinked) => vec![ClaimChange::Release(unlinked.identity.claim())],
            MemberEvent::Erased(_) => vec![ClaimChange::ReleaseAll {
                scope_prefix: SCOPE_PREFIX,
            }],
            _ => Vec::new(),
        }
    }

    fn erased_subjects(event: &MemberEvent) -> Vec<SubjectId> {
        match event {
            MemberEvent::Erased(erased) => erased.subjects.clone(),
            _ => Vec::new(),
        }
    }
}

fn first_enrol(enrol: &Enrol) -> Decision {
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
fn link(state: &MemberState, identities: &[Identity]) -> Decision {
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

fn decide_activate(state: &MemberState, activate: &Activate) -> Decision {
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
fn grant(state: &MemberState, consents: &[ConsentGrant]) -> Decision {
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

fn decide_unlink(state: &MemberState, unlink: &UnlinkIdentity) -> Decision {
    let linked = state.identity(unlink.kind, unlink.issuer.as_deref(), &unlink.value);
    // The identity as it was linked goes into the event: its seal holds the claim that is given back.
    let identity = linked.ok_or(MemberRefusal::IdentityNotLinked)?.clone();
    Ok(vec![IdentityUnlinked { identity }.into()])
}

fn erased(state: &MemberState, erase: &Erase) -> Erased {
    let mut subjects = state.subjects.clone();
    subjects.extend(erase.subjects.iter().cloned());
    Erased {
        basis: erase.basis,
        subjects: subjects.into_iter().collect(),
        requested_at: erase.requested_at,
    }
}
