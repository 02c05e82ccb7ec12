//! A member goes from one guide to another: asked for, then done or not. The provider has the last word.

use super::commands::{CompleteHandover, RejectHandover, RejectReason, RequestHandover};
use super::decide::Decision;
use super::events::{HandoverCapReached, HandoverCompleted, HandoverRejected, HandoverRequested};
use super::handing::{HandoverCause, MOST_TRANSFERS, effective_at, lately};
use super::refusal::GuideRefusal;
use super::state::GuideState;

pub(super) fn request(state: &GuideState, request: &RequestHandover) -> Decision {
    let bound = state.bound()?;
    if let Some(pending) = &state.pending {
        let same = pending.handover_id == request.handover_id && pending.to_guide_id == request.to_guide_id;
        return if same {
            Ok(Vec::new())
        } else {
            Err(GuideRefusal::HandoverPending(pending.effective_at))
        };
    }
    if bound.guide_id == request.to_guide_id {
        return Err(GuideRefusal::SameGuide);
    }
    let transfers: Vec<_> = state.transfers.iter().copied().collect();
    let counted = lately(&transfers, request.requested_at).len();
    if request.cause == HandoverCause::OnTheJob && counted >= MOST_TRANSFERS {
        return Err(GuideRefusal::TransferLimit);
    }
    Ok(vec![
        HandoverRequested {
            guide_id: bound.guide_id.clone(),
            member_id: bound.member_id.clone(),
            to_guide_id: request.to_guide_id.clone(),
            to_store_id: request.to_store_id.clone(),
            handover_id: request.handover_id.clone(),
            cause: request.cause,
            requested_at: request.requested_at,
            effective_at: effective_at(request.requested_at),
        }
        .into(),
    ])
}

pub(super) fn complete(state: &GuideState, complete: &CompleteHandover) -> Decision {
    let Some(pending) = &state.pending else {
        // The clock asks for a call that has failed, or was completed by the provider's notice.
        return if complete.handover_id.is_some() {
            Ok(Vec::new())
        } else {
            Err(GuideRefusal::NoHandover)
        };
    };
    if complete
        .handover_id
        .as_ref()
        .is_some_and(|id| *id != pending.handover_id)
    {
        return Ok(Vec::new());
    }
    if complete.completed_at < pending.effective_at {
        return Err(GuideRefusal::HandoverNotEffective(pending.effective_at));
    }
    let bound = state.bound()?;
    let mut transfers: Vec<_> = state.transfers.iter().copied().collect();
    if pending.cause == HandoverCause::OnTheJob {
        transfers.push(complete.completed_at);
    }
    Ok(vec![
        HandoverCompleted {
            guide_id: pending.guide_id.clone(),
            member_id: pending.member_id.clone(),
            to_guide_id: pending.to_guide_id.clone(),
            to_store_id: pending.to_store_id.clone(),
            handover_id: pending.handover_id.clone(),
            cause: pending.cause,
            exclusive: bound.exclusive,
            completed_at: complete.completed_at,
            transfers: lately(&transfers, complete.completed_at),
        }
        .into(),
    ])
}

pub(super) fn reject(state: &GuideState, reject: &RejectHandover) -> Decision {
    let pending = state.pending.as_ref().ok_or(GuideRefusal::NoHandover)?;
    let event = match reject.reason {
        RejectReason::CustomerRefused => HandoverRejected {
            guide_id: pending.guide_id.clone(),
            member_id: pending.member_id.clone(),
            to_guide_id: pending.to_guide_id.clone(),
            handover_id: pending.handover_id.clone(),
            cause: pending.cause,
            rejected_at: reject.rejected_at,
        }
        .into(),
        RejectReason::GuideFull => HandoverCapReached {
            guide_id: pending.guide_id.clone(),
            member_id: pending.member_id.clone(),
            to_guide_id: pending.to_guide_id.clone(),
            handover_id: pending.handover_id.clone(),
            cause: pending.cause,
            reached_at: reject.rejected_at,
        }
        .into(),
    };
    Ok(vec![event])
}
