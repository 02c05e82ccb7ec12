//! The rules of a campaign.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen};

use super::claiming::{check_caps, check_open, granted};
use super::commands::{CampaignCommand, ClaimCoupon, CreateCampaign};
use super::events::{
    CampaignActivated, CampaignCreated, CampaignEnded, CampaignEvent, CampaignPaused, CampaignSoldOut,
};
use super::refusal::CampaignRefusal;
use super::state::{CampaignRules, CampaignState, CampaignStatus};
use super::{budget, quota};
use crate::coupon::{CouponKind, CouponTerms};

/// The scope of the claims on coupon ids: one coupon is claimed once over all campaigns.
pub const COUPON_SCOPE: &str = "campaign.coupon";

/// A campaign: it alone decides who gets a coupon, so its caps are exact.
#[derive(Debug)]
pub struct Campaign;

impl Decider for Campaign {
    const TYPE: &'static str = "campaign";
    type State = CampaignState;
    type Command = CampaignCommand;
    type Event = CampaignEvent;
    type Refusal = CampaignRefusal;

    fn decide(
        state: &CampaignState,
        command: &CampaignCommand,
    ) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
        if let CampaignCommand::CreateCampaign(create) = command {
            return decide_create(state, create);
        }
        let rules = state.rules.as_ref().ok_or(CampaignRefusal::Unknown)?;
        match command {
            CampaignCommand::CreateCampaign(_) => Ok(Vec::new()),
            CampaignCommand::ActivateCampaign(_) => match state.status {
                CampaignStatus::Active => Ok(Vec::new()),
                CampaignStatus::Draft | CampaignStatus::Paused => {
                    let mut events = vec![CampaignActivated {}.into()];
                    events.extend(quota::inform(state, rules, CampaignStatus::Active));
                    events.extend(quota::first_leases(state, rules));
                    Ok(events)
                }
                CampaignStatus::Ended => Err(CampaignRefusal::Ended),
            },
            CampaignCommand::PauseCampaign(pause) => match state.status {
                CampaignStatus::Active => {
                    let reason = pause.reason.clone();
                    let mut events = vec![CampaignPaused { reason }.into()];
                    events.extend(quota::inform(state, rules, CampaignStatus::Paused));
                    Ok(events)
                }
                CampaignStatus::Paused => Ok(Vec::new()),
                CampaignStatus::Draft => Err(CampaignRefusal::NotActive),
                CampaignStatus::Ended => Err(CampaignRefusal::Ended),
            },
            CampaignCommand::EndCampaign(end) => match state.status {
                CampaignStatus::Ended => Ok(Vec::new()),
                _ => {
                    let reason = end.reason.clone();
                    let mut events = vec![CampaignEnded { reason }.into()];
                    events.extend(quota::inform(state, rules, CampaignStatus::Ended));
                    Ok(events)
                }
            },
            CampaignCommand::AmendBudget(amend) => budget::amend(state, rules, amend),
            CampaignCommand::ClaimCoupon(claim) => decide_claim(state, rules, claim),
            CampaignCommand::LeaseQuota(lease) => quota::lease(state, rules, lease),
            CampaignCommand::RecordQuota(record) => quota::record(state, rules, record),
        }
    }

    fn evolve(state: &mut CampaignState, event: &CampaignEvent) {
        state.apply(event);
    }

    fn claims(event: &CampaignEvent) -> Vec<ClaimChange> {
        match event {
            CampaignEvent::CouponClaimed(claimed) => {
                vec![ClaimChange::Take(ClaimKey::open(
                    COUPON_SCOPE,
                    claimed.coupon_id.as_str(),
                ))]
            }
            _ => Vec::new(),
        }
    }
}

fn decide_create(
    state: &CampaignState,
    create: &CreateCampaign,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    let created = CampaignCreated {
        name: create.name.clone(),
        terms: create.terms.clone(),
        validity: create.validity,
        caps: create.caps,
        channels: create.channels.clone(),
        claims_from: create.claims_from,
        claims_until: create.claims_until,
        time_zone: create.time_zone.clone(),
        shards: create.shards,
    };
    match &state.rules {
        Some(rules) if *rules == CampaignRules::from(&created) => return Ok(Vec::new()),
        Some(_) => return Err(CampaignRefusal::AlreadyExists),
        None => {}
    }
    if create.name.trim().is_empty() {
        return Err(CampaignRefusal::InvalidTerms("it has no name"));
    }
    check_terms(&create.terms)?;
    if !create.validity.is_sound() {
        return Err(CampaignRefusal::InvalidTerms(
            "its coupons would never be valid, or for more than ten years",
        ));
    }
    if create
        .claims_until
        .is_some_and(|until| until <= create.claims_from)
    {
        return Err(CampaignRefusal::InvalidTerms("claiming ends before it begins"));
    }
    quota::check_shards(&CampaignRules::from(&created))?;
    Ok(vec![created.into()])
}

fn check_terms(terms: &CouponTerms) -> Result<(), CampaignRefusal> {
    let amount = |fen: Fen| Fen::ZERO <= fen && fen <= Fen::LIMIT;
    if !amount(terms.threshold_fen) {
        return Err(CampaignRefusal::InvalidTerms(
            "the threshold is below zero or beyond all measure",
        ));
    }
    match terms.kind {
        CouponKind::Normal { off_fen } if !amount(off_fen) || off_fen == Fen::ZERO => {
            Err(CampaignRefusal::InvalidTerms("the amount off must be above zero"))
        }
        CouponKind::Normal { off_fen }
            if terms.threshold_fen > Fen::ZERO && off_fen > terms.threshold_fen =>
        {
            Err(CampaignRefusal::InvalidTerms(
                "the amount off is above the threshold",
            ))
        }
        CouponKind::Discount { pay_percent } if !(1..=99).contains(&pay_percent) => Err(
            CampaignRefusal::InvalidTerms("the percentage still paid must be 1 to 99"),
        ),
        CouponKind::Exchange { price_fen } if !amount(price_fen) => Err(CampaignRefusal::InvalidTerms(
            "the exchange price is below zero or beyond all measure",
        )),
        _ => Ok(()),
    }
}

fn decide_claim(
    state: &CampaignState,
    rules: &CampaignRules,
    claim: &ClaimCoupon,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    if rules.shards.is_some() {
        return Err(CampaignRefusal::InShards);
    }
    check_open(state.status, rules, claim)?;
    if rules
        .caps
        .total
        .is_some_and(|cap| state.claimed.total >= cap.get())
    {
        return Err(CampaignRefusal::SoldOut);
    }
    check_caps(&state.claimed, rules, claim)?;
    let now_claimed = state.claimed.total.saturating_add(1);
    let mut events = vec![granted(rules, claim).into()];
    if rules.caps.total.is_some_and(|cap| now_claimed >= cap.get()) {
        events.push(CampaignSoldOut { claimed: now_claimed }.into());
    }
    Ok(events)
}
