//! How many coupons a campaign gives, changed while it runs.

use super::commands::AmendBudget;
use super::events::{BudgetAmended, CampaignEvent, CampaignSoldOut};
use super::quota;
use super::refusal::CampaignRefusal;
use super::state::{CampaignRules, CampaignState, CampaignStatus};
use super::terms::Caps;

pub(super) fn amend(
    state: &CampaignState,
    rules: &CampaignRules,
    amend: &AmendBudget,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    if state.status == CampaignStatus::Ended {
        return Err(CampaignRefusal::Ended);
    }
    // Asked for again, or by two who want the same.
    if rules.caps == amend.caps {
        return Ok(Vec::new());
    }
    if rules.caps != amend.expected {
        return Err(CampaignRefusal::BudgetChanged);
    }
    if adds_uncounted(&rules.caps, &amend.caps) {
        return Err(CampaignRefusal::BudgetUncounted);
    }
    let changed = CampaignRules {
        caps: amend.caps,
        ..rules.clone()
    };
    quota::check_shards(&changed)?;
    // What lies with shards may be claimed at any moment.
    let claimed = state.claimed.total.max(state.quota.out());
    if amend.caps.total.is_some_and(|total| total.get() < claimed) {
        return Err(CampaignRefusal::BudgetBelowClaimed(claimed));
    }
    let amended = BudgetAmended {
        before: rules.caps,
        caps: amend.caps,
        amended_at: amend.amended_at,
    };
    let mut events = vec![amended.into()];
    events.extend(quota::inform(state, &changed, state.status));
    let claimed = state.claimed.total;
    let left_before = rules.caps.total.is_none_or(|total| total.get() > claimed);
    let left = amend.caps.total.is_none_or(|total| total.get() > claimed);
    if left_before && !left {
        events.push(CampaignSoldOut { claimed }.into());
    }
    Ok(events)
}

/// Counts are kept only where there is a cap on them.
fn adds_uncounted(before: &Caps, after: &Caps) -> bool {
    [
        (before.per_day, after.per_day),
        (before.per_member, after.per_member),
        (before.per_person, after.per_person),
    ]
    .iter()
    .any(|(before, after)| before.is_none() && after.is_some())
}
