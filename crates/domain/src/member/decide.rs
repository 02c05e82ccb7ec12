//! The rules of a member.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, MemberId, SubjectId, TimeZoneId};

use super::admission::{decide_activate, decide_unlink, first_enrol, grant, link};
use super::commands::{Erase, MemberCommand, RecordTouchpoint};
use super::events::{ConsentWithdrawn, Erased, MemberEvent, TouchpointRecorded};
use super::identity::SCOPE_PREFIX;
use super::points::{Draft, PointsSpent, PointsTransferDeclined, ReceivePoints};
use super::refusal::MemberRefusal;
use super::state::{MemberState, MemberStatus};
use super::{card, merge, points, standing};

/// The most identities that one member may have: each is in the state, and far fewer make sense.
pub const MOST_IDENTITIES: usize = 64;
/// Claims by which a merged member's id leads to the survivor.
pub const ALIAS: &str = "member.alias";
/// Claims by which an order leads to the member who spent points for it.
pub const POINTS_ORDER: &str = "member.points_order";

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
        let mut draft = Draft::new(state);
        match (state.status, command) {
            (MemberStatus::Unknown, MemberCommand::Enrol(enrol)) => return first_enrol(enrol),
            // Whoever cannot be taken in goes back, also where nobody is there to say so.
            (MemberStatus::Unknown | MemberStatus::Erased, MemberCommand::Absorb(absorb)) => {
                merge::absorb(&mut draft, absorb);
            }
            (MemberStatus::Unknown, MemberCommand::ReceivePoints(receive)) => draft.push(declined(receive)),
            (MemberStatus::Unknown, _) => return Err(MemberRefusal::Unknown),
            (MemberStatus::Erased, _) => decide_erased(&mut draft, command)?,
            _ => match &state.merged_into {
                Some(into) => decide_merged(&mut draft, into, command)?,
                None => return decide_living(draft, command),
            },
        }
        Ok(draft.events)
    }

    fn evolve(state: &mut MemberState, event: &MemberEvent) {
        state.apply(event);
    }

    fn claims(event: &MemberEvent) -> Vec<ClaimChange> {
        match event {
            MemberEvent::IdentityLinked(linked) => vec![ClaimChange::Take(linked.identity.claim())],
            MemberEvent::IdentityUnlinked(unlinked) => vec![ClaimChange::Release(unlinked.identity.claim())],
            MemberEvent::CardBound(bound) => vec![ClaimChange::Take(bound.card.claim())],
            MemberEvent::CardUnbound(unbound) => vec![ClaimChange::Release(unbound.card.claim())],
            MemberEvent::Erased(_) => vec![ClaimChange::ReleaseAll {
                scope_prefix: SCOPE_PREFIX,
            }],
            MemberEvent::PointsSpent(PointsSpent {
                order_id: Some(order),
                ..
            }) => vec![ClaimChange::Take(ClaimKey::open(POINTS_ORDER, order.as_str()))],
            MemberEvent::Absorbed(absorbed) => alias_claims(Some(&absorbed.source), &absorbed.aliases)
                .map(ClaimChange::Take)
                .collect(),
            MemberEvent::Released(released) => alias_claims(Some(&released.source), &released.aliases)
                .map(ClaimChange::Release)
                .collect(),
            MemberEvent::Merged(merged) => alias_claims(None, &merged.aliases)
                .map(ClaimChange::Release)
                .collect(),
            MemberEvent::Unmerged(unmerged) => alias_claims(None, &unmerged.aliases)
                .map(ClaimChange::Take)
                .collect(),
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

fn alias_claims<'a>(
    source: Option<&'a MemberId>,
    aliases: &'a [MemberId],
) -> impl Iterator<Item = ClaimKey> + 'a {
    source
        .into_iter()
        .chain(aliases)
        .map(|member| ClaimKey::open(ALIAS, member.as_str()))
}

/// Nobody is left to do anything for; facts are not refused, they change nothing.
fn decide_erased(draft: &mut Draft, command: &MemberCommand) -> Result<(), MemberRefusal> {
    match command {
        MemberCommand::Erase(_)
        | MemberCommand::RecordTouchpoint(_)
        | MemberCommand::EarnPoints(_)
        | MemberCommand::ClawBackPoints(_)
        | MemberCommand::RestorePoints(_)
        | MemberCommand::BeginDay(_)
        | MemberCommand::Release(_)
        | MemberCommand::Reopen(_) => Ok(()),
        MemberCommand::ReceivePoints(receive) => {
            draft.push(declined(receive));
            Ok(())
        }
        _ => Err(MemberRefusal::Erased),
    }
}

/// Points that nobody is there to take go back.
fn declined(receive: &ReceivePoints) -> PointsTransferDeclined {
    PointsTransferDeclined {
        transfer_id: receive.transfer_id.clone(),
        from: receive.from.clone(),
        points: receive.lots.iter().map(|lot| lot.points).sum(),
        business_date: receive.received_on,
        time_zone: receive.time_zone.clone(),
    }
}

/// A merged member is closed: it only knows whither, and how to come back.
fn decide_merged(draft: &mut Draft, into: &MemberId, command: &MemberCommand) -> Result<(), MemberRefusal> {
    match command {
        MemberCommand::Unmerge(unmerge) => merge::unmerge(draft, unmerge),
        MemberCommand::Reopen(reopen) => {
            merge::reopen(draft, reopen);
            Ok(())
        }
        MemberCommand::Absorb(absorb) => {
            merge::absorb(draft, absorb);
            Ok(())
        }
        MemberCommand::RecordTouchpoint(record) => {
            draft.push(touched(record));
            Ok(())
        }
        MemberCommand::Erase(erase) if erase.survivor.as_ref() == Some(into) => {
            draft.push(erased(&draft.state, erase));
            Ok(())
        }
        _ => merge::forwarded(draft, into, command),
    }
}

fn decide_living(mut draft: Draft, command: &MemberCommand) -> Decision {
    let state = &draft.state;
    match command {
        MemberCommand::Enrol(enrol) => return link(state, &enrol.identities),
        MemberCommand::Activate(activate) => return decide_activate(state, activate),
        MemberCommand::RecordConsent(record) => return grant(state, std::slice::from_ref(&record.consent)),
        MemberCommand::WithdrawConsent(withdraw) => {
            if state.consents.contains_key(&withdraw.purpose) {
                draft.push(ConsentWithdrawn {
                    purpose: withdraw.purpose,
                    withdrawn_at: withdraw.withdrawn_at,
                });
            }
        }
        MemberCommand::LinkIdentity(linking) => return link(state, std::slice::from_ref(&linking.identity)),
        MemberCommand::UnlinkIdentity(unlink) => return decide_unlink(state, unlink),
        MemberCommand::RecordTouchpoint(record) => draft.push(touched(record)),
        MemberCommand::Erase(erase) => {
            let event = erased(state, erase);
            let date = TimeZoneId::shanghai().business_date(erase.requested_at);
            points::forfeit(&mut draft, date);
            draft.push(event);
        }
        MemberCommand::BindCard(bind) => card::bind(&mut draft, bind)?,
        MemberCommand::UnbindCard(unbind) => card::unbind(&mut draft, unbind)?,
        MemberCommand::AssignTag(assign) => standing::assign(&mut draft, assign)?,
        MemberCommand::RemoveTag(remove) => standing::remove(&mut draft, remove)?,
        MemberCommand::Suspend(suspend) => standing::suspend(&mut draft, suspend)?,
        MemberCommand::Reinstate(reinstate) => standing::reinstate(&mut draft, reinstate)?,
        MemberCommand::Merge(merge) => merge::merge(&mut draft, merge)?,
        MemberCommand::Unmerge(_) => return Err(MemberRefusal::NotMerged),
        MemberCommand::Absorb(absorb) => merge::absorb(&mut draft, absorb),
        MemberCommand::Release(release) => merge::release(&mut draft, release),
        MemberCommand::Reopen(reopen) => merge::reopen(&mut draft, reopen),
        _ => decide_points(&mut draft, command)?,
    }
    Ok(draft.events)
}

fn decide_points(draft: &mut Draft, command: &MemberCommand) -> Result<(), MemberRefusal> {
    match command {
        // Who agreed to nothing collects nothing.
        MemberCommand::EarnPoints(earn) if draft.state.status == MemberStatus::Active => {
            points::earn(draft, earn);
        }
        MemberCommand::ClawBackPoints(claw_back) => points::claw_back(draft, claw_back),
        MemberCommand::SpendPoints(spend) => points::spend(draft, spend)?,
        MemberCommand::RestorePoints(restore) => points::restore(draft, restore)?,
        MemberCommand::AdjustPoints(adjust) => points::adjust(draft, adjust)?,
        MemberCommand::TransferPoints(transfer) => points::transfer(draft, transfer)?,
        MemberCommand::ReceivePoints(receive) => points::receive(draft, receive),
        MemberCommand::ActivatePoints(activate) => points::activate(draft, activate),
        MemberCommand::ExpirePoints(expire) => points::expire(draft, expire),
        MemberCommand::EvaluateTier(evaluate) => points::evaluate_tier(draft, evaluate),
        MemberCommand::BeginDay(begin) => points::begin_day(draft, begin),
        _ => {}
    }
    Ok(())
}

fn touched(record: &RecordTouchpoint) -> TouchpointRecorded {
    TouchpointRecorded {
        touchpoint: record.touchpoint.clone(),
    }
}

fn erased(state: &MemberState, erase: &Erase) -> Erased {
    let mut subjects = state.subjects.clone();
    subjects.extend(erase.subjects.iter().cloned());
    Erased {
        basis: erase.basis,
        subjects: subjects.into_iter().collect(),
        requested_at: erase.requested_at,
        absorbed: state.absorbed.keys().cloned().collect(),
    }
}
