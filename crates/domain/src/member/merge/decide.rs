//! The steps of a merge and of its way back, each decided by the stream that it concerns.

use guanxi_kernel::MemberId;

use super::super::commands::MemberCommand;
use super::super::points::Draft;
use super::super::refusal::MemberRefusal;
use super::super::state::{MemberState, MemberStatus};
use super::super::tier::{self, Judge, TierHeld};
use super::commands::{Absorb, Merge, Release, Reopen, Survivor, Unmerge};
use super::events::{
    AbsorbDeclined, AbsorbObstacle, Absorbed, Forwarded, Merged, Misdirected, Released, UnmergeRequested,
    Unmerged,
};
use super::holdings::KeptOrder;

type Done = Result<(), MemberRefusal>;

/// Closes this member in favour of the survivor.
pub(in crate::member) fn merge(draft: &mut Draft, command: &Merge) -> Done {
    if command.source == command.into {
        return Err(MemberRefusal::MergeWithItself);
    }
    let Survivor {
        known,
        active,
        merged,
        erased,
    } = command.survivor;
    let active_here = draft.state.status == MemberStatus::Active;
    if !known {
        return Err(MemberRefusal::SurvivorUnknown);
    } else if erased {
        return Err(MemberRefusal::SurvivorErased);
    } else if merged {
        return Err(MemberRefusal::SurvivorMerged);
    } else if active_here && !active {
        return Err(MemberRefusal::SurvivorNotActive);
    } else if command.reason.trim().is_empty() {
        return Err(MemberRefusal::ReasonMissing);
    }
    let state = &draft.state;
    let merged = Merged {
        into: command.into.clone(),
        reason: command.reason.clone(),
        active: active_here,
        holdings: state.leaving(&command.source),
        tier: state.tier.clone(),
        aliases: state.aliases(),
        subjects: state.subjects.iter().cloned().collect(),
        balance: Default::default(),
        business_date: command.merged_on,
        time_zone: command.time_zone.clone(),
    };
    draft.push(merged);
    Ok(())
}

/// Takes a merged member in, or says why not, so that everything goes back.
pub(in crate::member) fn absorb(draft: &mut Draft, command: &Absorb) {
    if draft.state.absorbed.contains_key(&command.source) {
        return;
    }
    let state = &draft.state;
    let obstacle = match state.status {
        MemberStatus::Unknown => Some(AbsorbObstacle::Unknown),
        MemberStatus::Erased => Some(AbsorbObstacle::Erased),
        _ if state.merged_into.is_some() => Some(AbsorbObstacle::Merged),
        MemberStatus::WalkIn | MemberStatus::Enrolled if command.active => Some(AbsorbObstacle::NotAMember),
        _ => None,
    };
    if let Some(obstacle) = obstacle {
        draft.push(declined(command, obstacle));
        return;
    }
    let absorbed = Absorbed {
        source: command.source.clone(),
        balance: draft.balance_after(&command.holdings.lots, &command.holdings.debts),
        holdings: command.holdings.clone(),
        source_tier: command.tier.clone(),
        own_tier: state.tier.clone(),
        aliases: command.aliases.clone(),
        subjects: command.subjects.clone(),
        business_date: command.merged_on,
        time_zone: command.time_zone.clone(),
    };
    draft.push(absorbed);
    let judge = Judge {
        programme: &command.programme,
        date: command.merged_on,
        time_zone: &command.time_zone,
    };
    tier::on_merge(draft, &judge, command.tier.as_ref());
}

fn declined(command: &Absorb, obstacle: AbsorbObstacle) -> AbsorbDeclined {
    let mut holdings = command.holdings.clone();
    holdings.each_way(|way| {
        way.pop();
    });
    AbsorbDeclined {
        source: command.source.clone(),
        obstacle,
        holdings,
        aliases: command.aliases.clone(),
        business_date: command.merged_on,
        time_zone: command.time_zone.clone(),
    }
}

/// Asks for the way back. The survivor decides what there is to give.
pub(in crate::member) fn unmerge(draft: &mut Draft, command: &Unmerge) -> Done {
    let into = draft.state.merged_into.clone();
    let from = into.ok_or(MemberRefusal::NotMerged)?;
    if command.survivor.erased {
        return Err(MemberRefusal::UnmergeAfterErasure);
    } else if command.survivor.merged {
        return Err(MemberRefusal::SurvivorMerged);
    } else if command.reason.trim().is_empty() {
        return Err(MemberRefusal::ReasonMissing);
    }
    draft.push(UnmergeRequested {
        from,
        reason: command.reason.clone(),
        business_date: command.unmerged_on,
        time_zone: command.time_zone.clone(),
    });
    Ok(())
}

/// Gives back what is left of what a merged member brought. Who is not here is not given back.
pub(in crate::member) fn release(draft: &mut Draft, command: &Release) {
    let Some(absorption) = draft.state.absorbed.get(&command.source).cloned() else {
        return;
    };
    let returning = draft.state.returning(&command.source);
    let kept = kept(&draft.state, command, &absorption.aliases);
    let mut released = Released {
        source: command.source.clone(),
        holdings: returning,
        kept,
        aliases: absorption.aliases.clone(),
        subjects: absorption.subjects.clone(),
        own_tier: None,
        balance: Default::default(),
        business_date: command.unmerged_on,
        time_zone: command.time_zone.clone(),
    };
    let mut after = Draft::new(&draft.state);
    after.state.release(&released);
    released.balance = after.state.ledger.balance();
    released.own_tier = tier_alone(&draft.state, &after, command);
    draft.push(released);
}

/// Orders that stay here though they name the source or one of its aliases, and such that it had kept elsewhere.
fn kept(state: &MemberState, command: &Release, aliases: &[MemberId]) -> Vec<KeptOrder> {
    let concerns = |member: &MemberId| *member == command.source || aliases.contains(member);
    let here = state.ledger.orders.iter().filter_map(|(order_id, order)| {
        let for_member = order.for_member.clone().filter(concerns)?;
        (order.came_from.last() != Some(&command.source)).then(|| KeptOrder {
            order_id: order_id.clone(),
            for_member,
            at: command.survivor.clone(),
        })
    });
    let elsewhere = state.ledger.kept_elsewhere.iter();
    let elsewhere =
        elsewhere
            .filter(|(_, (_, for_member))| concerns(for_member))
            .map(|(order_id, (at, for_member))| KeptOrder {
                order_id: order_id.clone(),
                for_member: for_member.clone(),
                at: at.clone(),
            });
    here.chain(elsewhere).collect()
}

/// The tier without the member who leaves: judged anew from the tier before the first merge that still counts, and not
/// below a tier that came with a member who stays.
fn tier_alone(state: &MemberState, after: &Draft, command: &Release) -> Option<TierHeld> {
    let judge = Judge {
        programme: &command.programme,
        date: command.unmerged_on,
        time_zone: &command.time_zone,
    };
    let first = state
        .absorbed
        .values()
        .min_by_key(|absorption| absorption.merged_on)?;
    let own = tier::alone(after, first.own_tier.clone(), first.merged_on, &judge);
    let stays = after.state.absorbed.values();
    let brought = stays.filter_map(|absorption| absorption.source_tier.clone());
    brought
        .filter(|held| held.last_day() >= command.unmerged_on)
        .chain(own)
        .max_by_key(|held| held.basis.threshold_fen)
}

/// Opens this member again. One that is open stays as it is.
pub(in crate::member) fn reopen(draft: &mut Draft, command: &Reopen) {
    if draft.state.merged_into.as_ref() != Some(&command.from) {
        return;
    }
    draft.push(Unmerged {
        from: command.from.clone(),
        balance: command.holdings.balance(),
        holdings: command.holdings.clone(),
        kept: command.kept.clone(),
        aliases: command.aliases.clone(),
        tier: draft.state.tier.clone(),
        business_date: command.unmerged_on,
        time_zone: command.time_zone.clone(),
    });
}

/// What a closed member does with what reaches it: facts go on, midnights pass, everything else is refused.
pub(in crate::member) fn forwarded(draft: &mut Draft, into: &MemberId, command: &MemberCommand) -> Done {
    let misdirected = match command {
        MemberCommand::EarnPoints(earn) => Misdirected::Earn(earn.clone()),
        MemberCommand::ClawBackPoints(claw_back) => Misdirected::ClawBack(claw_back.clone()),
        MemberCommand::RestorePoints(restore) => Misdirected::Restore(restore.clone()),
        MemberCommand::ReceivePoints(receive) => Misdirected::Receive(receive.clone()),
        MemberCommand::BeginDay(_) => return Ok(()),
        _ => return Err(MemberRefusal::Merged(into.clone())),
    };
    let to = into.clone();
    draft.push(Forwarded { to, misdirected });
    Ok(())
}
