//! The rules between a guide and a member.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, GuideId, IdError, MemberId};

use super::commands::GuideCommand;
use super::events::GuideEvent;
use super::refusal::GuideRefusal;
use super::state::GuideState;
use super::{binding, commission, handover};

/// The scope of the claims by which a member has at most one exclusive guide.
pub const EXCLUSIVE_SCOPE: &str = "guide.exclusive";
/// The scope of the claims by which a handover under way is found from `guide who shall take over/member`: a provider's
/// notice of failure names those two and not who gives the member away.
pub const HANDOVER_SCOPE: &str = "guide.handover";

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

/// The key of a handover under way within [`HANDOVER_SCOPE`].
#[must_use]
pub fn handover_key(to: &GuideId, member: &MemberId) -> String {
    format!("{to}/{member}")
}

pub(super) type Decision = Result<Vec<GuideEvent>, GuideRefusal>;

impl Decider for GuideRelationship {
    const TYPE: &'static str = "guide_relationship";
    type State = GuideState;
    type Command = GuideCommand;
    type Event = GuideEvent;
    type Refusal = GuideRefusal;

    fn decide(state: &GuideState, command: &GuideCommand) -> Decision {
        match command {
            GuideCommand::Bind(bind) => binding::bind(state, bind),
            GuideCommand::RenewBinding(renew) => binding::renew(state, renew),
            GuideCommand::ExpireBinding(expire) => Ok(binding::expire(state, expire)),
            GuideCommand::Unbind(unbind) => binding::unbind(state, unbind),
            GuideCommand::RequestHandover(request) => handover::request(state, request),
            GuideCommand::CompleteHandover(complete) => handover::complete(state, complete),
            GuideCommand::RejectHandover(reject) => handover::reject(state, reject),
            GuideCommand::AccrueCommission(accrue) => commission::accrue(&state.earned, accrue),
            GuideCommand::ReverseCommission(reverse) => Ok(commission::reverse(&state.earned, reverse)),
            GuideCommand::MakeCommissionPayable(payable) => commission::make_payable(&state.earned, payable),
            GuideCommand::SettleCommission(settle) => commission::settle(&state.earned, settle),
        }
    }

    fn evolve(state: &mut GuideState, event: &GuideEvent) {
        state.apply(event);
    }

    fn claims(event: &GuideEvent) -> Vec<ClaimChange> {
        let member_of = |member: &MemberId| ClaimKey::open(EXCLUSIVE_SCOPE, member.as_str());
        let under_way =
            |to: &GuideId, member: &MemberId| ClaimKey::open(HANDOVER_SCOPE, handover_key(to, member));
        let mut changes = Vec::new();
        let ended = match event {
            GuideEvent::Bound(bound) => {
                let take = ClaimChange::Take(member_of(&bound.member_id));
                changes.extend(bound.exclusive.then_some(take));
                return changes;
            }
            GuideEvent::HandoverRequested(it) => {
                return vec![ClaimChange::Take(under_way(&it.to_guide_id, &it.member_id))];
            }
            GuideEvent::HandoverCompleted(it) => (it.exclusive, &it.member_id, Some(&it.to_guide_id)),
            GuideEvent::HandoverRejected(it) => (false, &it.member_id, Some(&it.to_guide_id)),
            GuideEvent::HandoverCapReached(it) => (false, &it.member_id, Some(&it.to_guide_id)),
            GuideEvent::BindingExpired(it) => (it.exclusive, &it.member_id, it.dropped_guide_id.as_ref()),
            GuideEvent::Unbound(it) => (it.exclusive, &it.member_id, it.dropped_guide_id.as_ref()),
            _ => return changes,
        };
        let (exclusive, member, to) = ended;
        changes.extend(exclusive.then(|| ClaimChange::Release(member_of(member))));
        changes.extend(to.map(|to| ClaimChange::Release(under_way(to, member))));
        changes
    }
}
