//! The rules between a guide and a member.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen, GuideId, IdError, MemberId};

use super::commands::{AccrueCommission, Bind, GuideCommand, Unbind};
use super::events::{Bound, CommissionAccrued, GuideEvent, Unbound};
use super::refusal::GuideRefusal;
use super::state::{Binding, GuideState};

/// The scope of the claims by which a member has at most one exclusive guide.
pub const EXCLUSIVE_SCOPE: &str = "guide.exclusive";

/// Stands for the member where a guide sold to somebody unknown.
const NOBODY: &str = "anonymous";

/// A guide and a member: who serves whom, and what that has earned.
#[derive(Debug)]
pub struct GuideRelationship;

impl GuideRelationship {
    /// The stream's id: `guide/member`, or `guide/anonymous` for what a guide sold to nobody known.
    ///
    /// # Errors
    /// Both together are longer than an id may be.
    pub fn id(guide: &GuideId, member: Option<&MemberId>) -> Result<String, IdError> {
        let id = format!("{guide}/{}", member.map_or(NOBODY, MemberId::as_str));
        guanxi_kernel::id::check(&id)?;
        Ok(id)
    }
}

type Decision = Result<Vec<GuideEvent>, GuideRefusal>;

impl Decider for GuideRelationship {
    const TYPE: &'static str = "guide_relationship";
    type State = GuideState;
    type Command = GuideCommand;
    type Event = GuideEvent;
    type Refusal = GuideRefusal;

    fn decide(state: &GuideState, command: &GuideCommand) -> Decision {
        match command {
            GuideCommand::Bind(bind) => decide_bind(state, bind),
            GuideCommand::Unbind(unbind) => decide_unbind(state, unbind),
            GuideCommand::AccrueCommission(accrue) => decide_accrue(state, accrue),
        }
    }

    fn evolve(state: &mut GuideState, event: &GuideEvent) {
        state.apply(event);
    }

    fn claims(event: &GuideEvent) -> Vec<ClaimChange> {
        let claim = |member: &MemberId| ClaimKey::open(EXCLUSIVE_SCOPE, member.as_str());
        match event {
            GuideEvent::Bound(bound) if bound.exclusive => vec![ClaimChange::Take(claim(&bound.member_id))],
            GuideEvent::Unbound(unbound) if unbound.exclusive => {
                vec![ClaimChange::Release(claim(&unbound.member_id))]
            }
            _ => Vec::new(),
        }
    }
}

fn decide_bind(state: &GuideState, bind: &Bind) -> Decision {
    match &state.binding {
        Binding::Bound(bound) if bound.store_id == bind.store_id && bound.exclusive == bind.exclusive => {
            Ok(Vec::new())
        }
        Binding::Bound(_) => Err(GuideRefusal::AlreadyBound),
        Binding::Never | Binding::Ended { .. } => Ok(vec![
            Bound {
                guide_id: bind.guide_id.clone(),
                member_id: bind.member_id.clone(),
                store_id: bind.store_id.clone(),
                exclusive: bind.exclusive,
                bound_at: bind.bound_at,
            }
            .into(),
        ]),
    }
}

fn decide_unbind(state: &GuideState, unbind: &Unbind) -> Decision {
    match &state.binding {
        Binding::Bound(bound) => Ok(vec![
            Unbound {
                member_id: bound.member_id.clone(),
                exclusive: bound.exclusive,
                reason: unbind.reason,
                unbound_at: unbind.unbound_at,
            }
            .into(),
        ]),
        Binding::Ended { .. } => Ok(Vec::new()),
        Binding::Never => Err(GuideRefusal::NotBound),
    }
}

/// What the order shall have earned less what it has earned, so that a replay adds nothing.
fn decide_accrue(state: &GuideState, accrue: &AccrueCommission) -> Decision {
    if accrue.rate.0 > 10_000 {
        return Err(GuideRefusal::RateTooHigh(accrue.rate));
    }
    let target = accrue.base_fen.at_least(Fen::ZERO).floor_at(accrue.rate);
    let given = state.earned.get(&accrue.order_id).copied().unwrap_or(Fen::ZERO);
    if target < given {
        return Err(GuideRefusal::CommissionWouldFall(given));
    }
    if target == given {
        return Ok(Vec::new());
    }
    Ok(vec![
        CommissionAccrued {
            order_id: accrue.order_id.clone(),
            rate: accrue.rate,
            base_fen: accrue.base_fen,
            commission_fen: target - given,
            total_fen: target,
            accrued_at: accrue.accrued_at,
        }
        .into(),
    ])
}
