//! Who serves whom.

use super::commands::{Bind, ExpireBinding, RenewBinding, Unbind};
use super::decide::Decision;
use super::events::{BindingExpired, BindingRenewed, Bound, GuideEvent, Unbound};
use super::refusal::GuideRefusal;
use super::state::{Binding, GuideState};

impl GuideState {
    pub(super) fn bound(&self) -> Result<&Bound, GuideRefusal> {
        match &self.binding {
            Binding::Bound(bound) => Ok(bound),
            Binding::Never | Binding::Ended { .. } => Err(GuideRefusal::NotBound),
        }
    }

    fn dropped(&self) -> Option<guanxi_kernel::GuideId> {
        self.pending.as_ref().map(|pending| pending.to_guide_id.clone())
    }
}

/// A beginning that is older than the end which is known has been overtaken by it, and changes nothing.
fn is_overtaken(state: &GuideState, bind: &Bind) -> bool {
    bind.handed_over.is_none() && matches!(state.binding, Binding::Ended { at, .. } if bind.bound_at < at)
}

pub(super) fn bind(state: &GuideState, bind: &Bind) -> Decision {
    if is_overtaken(state, bind) {
        return Ok(Vec::new());
    }
    if bind.expires_at.is_some_and(|end| end <= bind.bound_at) {
        return Err(GuideRefusal::TermOver);
    }
    let bound = Bound {
        guide_id: bind.guide_id.clone(),
        member_id: bind.member_id.clone(),
        store_id: bind.store_id.clone(),
        exclusive: bind.exclusive,
        bound_at: bind.bound_at,
        expires_at: bind.expires_at,
        handed_over: bind.handed_over.clone(),
    };
    let Binding::Bound(before) = &state.binding else {
        return Ok(vec![bound.into()]);
    };
    // The customer had added the guide before the handover took effect: what was handed over is noted all the same.
    if bound.handed_over.is_some() {
        if bound.handed_over == before.handed_over {
            return Ok(Vec::new());
        }
        let noted = Bound {
            store_id: bound.store_id.or_else(|| before.store_id.clone()),
            exclusive: bound.exclusive || before.exclusive,
            bound_at: before.bound_at,
            expires_at: before.expires_at,
            ..bound
        };
        return Ok(vec![noted.into()]);
    }
    if before.store_id == bind.store_id && before.exclusive == bind.exclusive {
        Ok(Vec::new())
    } else {
        Err(GuideRefusal::AlreadyBound)
    }
}

pub(super) fn renew(state: &GuideState, renew: &RenewBinding) -> Decision {
    let bound = state.bound()?;
    if renew.expires_at.is_some_and(|end| end <= renew.renewed_at) {
        return Err(GuideRefusal::TermOver);
    }
    if bound.expires_at == renew.expires_at {
        return Ok(Vec::new());
    }
    Ok(vec![
        BindingRenewed {
            guide_id: bound.guide_id.clone(),
            member_id: bound.member_id.clone(),
            expires_at: renew.expires_at,
            renewed_at: renew.renewed_at,
        }
        .into(),
    ])
}

/// A clock that is early, or a binding that was renewed or ended, changes nothing.
pub(super) fn expire(state: &GuideState, expire: &ExpireBinding) -> Vec<GuideEvent> {
    let Binding::Bound(bound) = &state.binding else {
        return Vec::new();
    };
    match bound.expires_at {
        Some(end) if end <= expire.expired_at => vec![
            BindingExpired {
                guide_id: bound.guide_id.clone(),
                member_id: bound.member_id.clone(),
                exclusive: bound.exclusive,
                expired_at: end,
                dropped_guide_id: state.dropped(),
            }
            .into(),
        ],
        _ => Vec::new(),
    }
}

pub(super) fn unbind(state: &GuideState, unbind: &Unbind) -> Decision {
    match &state.binding {
        // The end of an earlier time.
        Binding::Bound(bound) if unbind.unbound_at < bound.bound_at => Ok(Vec::new()),
        Binding::Bound(bound) => Ok(vec![
            Unbound {
                guide_id: bound.guide_id.clone(),
                member_id: bound.member_id.clone(),
                exclusive: bound.exclusive,
                reason: unbind.reason,
                unbound_at: unbind.unbound_at,
                dropped_guide_id: state.dropped(),
            }
            .into(),
        ]),
        Binding::Ended { .. } => Ok(Vec::new()),
        Binding::Never => Err(GuideRefusal::NotBound),
    }
}
