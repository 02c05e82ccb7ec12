//! The rules of a shard.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider};

use super::commands::{InformShard, QuotaShardCommand, ReceiveQuota};
use super::events::{QuotaGivenBack, QuotaReceived, QuotaShardEvent, ShardInformed};
use super::state::QuotaShardState;
use crate::campaign::{COUPON_SCOPE, CampaignRefusal, ClaimCoupon, check_caps, check_open, granted};

/// A shard: it alone decides who of its members gets one of its coupons.
#[derive(Debug)]
pub struct QuotaShard;

impl Decider for QuotaShard {
    const TYPE: &'static str = "quota_shard";
    type State = QuotaShardState;
    type Command = QuotaShardCommand;
    type Event = QuotaShardEvent;
    type Refusal = CampaignRefusal;

    fn decide(
        state: &QuotaShardState,
        command: &QuotaShardCommand,
    ) -> Result<Vec<QuotaShardEvent>, CampaignRefusal> {
        match command {
            QuotaShardCommand::InformShard(inform) => Ok(decide_inform(state, inform)),
            QuotaShardCommand::ReceiveQuota(receive) => Ok(decide_receive(state, receive)),
            QuotaShardCommand::ClaimCoupon(claim) => decide_claim(state, claim),
            QuotaShardCommand::ReturnQuota(_) => Ok(decide_return(state)),
        }
    }

    fn evolve(state: &mut QuotaShardState, event: &QuotaShardEvent) {
        state.apply(event);
    }

    fn claims(event: &QuotaShardEvent) -> Vec<ClaimChange> {
        match event {
            QuotaShardEvent::CouponClaimed(claimed) => {
                let key = ClaimKey::open(COUPON_SCOPE, claimed.coupon_id.as_str());
                vec![ClaimChange::Take(key)]
            }
            _ => Vec::new(),
        }
    }
}

fn decide_inform(state: &QuotaShardState, inform: &InformShard) -> Vec<QuotaShardEvent> {
    let known = state.standing.as_ref().map_or(0, |standing| standing.revision);
    if inform.revision <= known {
        return Vec::new();
    }
    let informed = ShardInformed {
        revision: inform.revision,
        status: inform.status,
        rules: inform.rules.clone(),
    };
    vec![informed.into()]
}

fn decide_receive(state: &QuotaShardState, receive: &ReceiveQuota) -> Vec<QuotaShardEvent> {
    let Some(amount) = receive.leased.checked_sub(state.received).filter(|it| *it > 0) else {
        return Vec::new();
    };
    let received = QuotaReceived {
        amount,
        received: receive.leased,
    };
    vec![received.into()]
}

/// The member's cap is looked at before the quota: whoever may have none need not set siblings in motion.
fn decide_claim(
    state: &QuotaShardState,
    claim: &ClaimCoupon,
) -> Result<Vec<QuotaShardEvent>, CampaignRefusal> {
    let standing = state.standing.as_ref().ok_or(CampaignRefusal::ShardUninformed)?;
    check_open(standing.status, &standing.rules, claim)?;
    check_caps(&state.claimed, &standing.rules, claim)?;
    if state.free() == 0 {
        return Err(CampaignRefusal::ShardDry);
    }
    Ok(vec![granted(&standing.rules, claim).into()])
}

/// Half of what is free, so that two dry shards do not play ping-pong with the rest of a third.
fn decide_return(state: &QuotaShardState) -> Vec<QuotaShardEvent> {
    let amount = state.free().div_ceil(2);
    if amount == 0 {
        return Vec::new();
    }
    let given = QuotaGivenBack {
        amount,
        returned: state.returned + amount,
        issued: state.claimed.total,
    };
    vec![given.into()]
}
