//! What two members owe each other: the steps of a merge and of its way back, gifts of points, and what went astray.
//!
//! One policy does all of it, since the commands of one policy to one stream keep their order: whatever a member
//! forwards after it was closed reaches the survivor after what the merge brought.

use std::sync::Arc;

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, MemberId, Recorded, StreamRef};

use crate::loyalty::Programme;
use crate::member::{
    Absorb, AbsorbDeclined, Direction, Erase, Erased, Forwarded, LotChange, Member, MemberCommand,
    MemberEvent, Merged, Misdirected, PointsTransferred, ReceivePoints, Release, Released, Reopen,
    RestorePoints, UnmergeRequested,
};
use crate::{GuanxiCommand, GuanxiEvent};

/// Merged → absorbed by the survivor; taken back → released → opened again; erased → whoever was merged, too; points
/// given → received.
#[derive(Debug)]
pub struct MemberMerge {
    /// The rules, by which joint purchases are judged.
    pub programme: Arc<Programme>,
}

impl Policy for MemberMerge {
    const NAME: &'static str = "member_merge";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Member(what)) = event.own() else {
            return Vec::new();
        };
        let Ok(member) = MemberId::new(&event.stream.aggregate_id) else {
            return Vec::new();
        };
        let reaction = match what {
            MemberEvent::Merged(merged) => to(&merged.into, "absorb", self.absorb(&member, merged)),
            MemberEvent::AbsorbDeclined(declined) => {
                to(&declined.source, "reopen", returned(&member, declined))
            }
            MemberEvent::UnmergeRequested(requested) => {
                to(&requested.from, "release", self.release(&member, requested))
            }
            MemberEvent::Released(released) => to(&released.source, "reopen", released_to(&member, released)),
            MemberEvent::Forwarded(forwarded) => to(&forwarded.to, "forward", onward(&member, forwarded)),
            MemberEvent::PointsTransferred(transferred) if transferred.direction == Direction::Out => {
                to(&transferred.other, "receive", received(&member, transferred))
            }
            MemberEvent::PointsTransferDeclined(declined) => {
                let command = MemberCommand::RestorePoints(RestorePoints {
                    spend_id: Some(declined.transfer_id.clone()),
                    order_id: None,
                    points: None,
                    restored_on: declined.business_date,
                    time_zone: declined.time_zone.clone(),
                });
                to(&declined.from, "give_back", command)
            }
            MemberEvent::Erased(erased) => return forgotten_with(&member, erased),
            _ => return Vec::new(),
        };
        vec![reaction]
    }
}

fn to(member: &MemberId, purpose: &'static str, command: MemberCommand) -> Reaction<GuanxiCommand> {
    let target = StreamRef::new(Member::TYPE, member.as_str());
    Reaction::new(purpose, target, command.into())
}

impl MemberMerge {
    fn absorb(&self, source: &MemberId, merged: &Merged) -> MemberCommand {
        MemberCommand::Absorb(Box::new(Absorb {
            source: source.clone(),
            active: merged.active,
            holdings: merged.holdings.clone(),
            tier: merged.tier.clone(),
            aliases: merged.aliases.clone(),
            subjects: merged.subjects.clone(),
            merged_on: merged.business_date,
            time_zone: merged.time_zone.clone(),
            programme: Arc::clone(&self.programme),
        }))
    }

    fn release(&self, source: &MemberId, requested: &UnmergeRequested) -> MemberCommand {
        MemberCommand::Release(Release {
            survivor: requested.from.clone(),
            source: source.clone(),
            unmerged_on: requested.business_date,
            time_zone: requested.time_zone.clone(),
            programme: Arc::clone(&self.programme),
        })
    }
}

fn returned(survivor: &MemberId, declined: &AbsorbDeclined) -> MemberCommand {
    MemberCommand::Reopen(Box::new(Reopen {
        from: survivor.clone(),
        holdings: declined.holdings.clone(),
        kept: Vec::new(),
        aliases: declined.aliases.clone(),
        unmerged_on: declined.business_date,
        time_zone: declined.time_zone.clone(),
    }))
}

fn released_to(survivor: &MemberId, released: &Released) -> MemberCommand {
    MemberCommand::Reopen(Box::new(Reopen {
        from: survivor.clone(),
        holdings: released.holdings.clone(),
        kept: released.kept.clone(),
        aliases: released.aliases.clone(),
        unmerged_on: released.business_date,
        time_zone: released.time_zone.clone(),
    }))
}

/// What went astray goes on, and says whom it named.
fn onward(member: &MemberId, forwarded: &Forwarded) -> MemberCommand {
    let named = |for_member: &Option<MemberId>| {
        let named = for_member.clone().unwrap_or_else(|| member.clone());
        (named != forwarded.to).then_some(named)
    };
    match &forwarded.misdirected {
        Misdirected::Earn(earn) => {
            let mut earn = earn.clone();
            earn.for_member = named(&earn.for_member);
            MemberCommand::EarnPoints(earn)
        }
        Misdirected::ClawBack(claw_back) => {
            let mut claw_back = claw_back.clone();
            claw_back.for_member = named(&claw_back.for_member);
            MemberCommand::ClawBackPoints(claw_back)
        }
        Misdirected::Restore(restore) => MemberCommand::RestorePoints(restore.clone()),
        Misdirected::Receive(receive) => MemberCommand::ReceivePoints(receive.clone()),
    }
}

fn received(giver: &MemberId, transferred: &PointsTransferred) -> MemberCommand {
    let lots = transferred
        .lots
        .iter()
        .map(|change| LotChange::new(&change.lot, -change.points));
    MemberCommand::ReceivePoints(ReceivePoints {
        transfer_id: transferred.transfer_id.clone(),
        from: giver.clone(),
        lots: lots.collect(),
        received_on: transferred.business_date,
        time_zone: transferred.time_zone.clone(),
    })
}

/// Whoever was merged is the same person.
fn forgotten_with(survivor: &MemberId, erased: &Erased) -> Vec<Reaction<GuanxiCommand>> {
    let erase = |source: &MemberId| {
        let command = MemberCommand::Erase(Erase {
            basis: erased.basis,
            subjects: Vec::new(),
            requested_at: erased.requested_at,
            survivor: Some(survivor.clone()),
        });
        to(source, "erase", command)
    };
    erased.absorbed.iter().map(erase).collect()
}
