//! What outsiders may know of where a member or a coupon stands now: the newest word about a key.

use serde_json::{Value, json};

use crate::coupon::{CouponState, CouponStatus};
use crate::member::{MemberState, MemberStatus};

/// Name of a member's published state.
pub const MEMBER_STATE: &str = "member.state.v1";
/// Name of a coupon's published state.
pub const COUPON_STATE: &str = "coupon.state.v1";

/// A member as outsiders see it; `None` once it is erased.
#[must_use]
pub fn member_state(state: &MemberState) -> Option<Value> {
    let status = match state.status {
        MemberStatus::Erased | MemberStatus::Unknown => return None,
        MemberStatus::WalkIn => "walk_in",
        MemberStatus::Enrolled => "enrolled",
        MemberStatus::Active => "active",
    };
    Some(json!({
        "status": status,
        "suspended": state.suspended.is_some(),
        "merged_into": state.merged_into,
        "city": state.profile.city,
        "birth_year": state.profile.birth_year,
        "home_store": state.home_store,
        "consents": state.consents,
        "tags": state.tags.keys().collect::<Vec<_>>(),
        "tier": state.tier.as_ref().map(|held| &held.tier),
        "tier_until": state.tier.as_ref().map(|held| held.until),
        "balance": state.ledger.balance(),
    }))
}

/// A coupon as outsiders see it; `None` before it is issued.
#[must_use]
pub fn coupon_state(state: &CouponState) -> Option<Value> {
    let issued = state.issued.as_ref()?;
    let status = match &state.status {
        CouponStatus::Free => "free",
        CouponStatus::Reserved { .. } => "reserved",
        CouponStatus::Redeemed { .. } => "redeemed",
        CouponStatus::Expired => "expired",
        CouponStatus::Revoked => "revoked",
    };
    Some(json!({
        "status": status,
        "holder": state.holder,
        "campaign_id": issued.campaign_id,
        "order_id": state.status.order(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erased_member_is_nothing_any_more() {
        let erased = MemberState {
            status: MemberStatus::Erased,
            ..MemberState::default()
        };
        assert_eq!(member_state(&erased), None);
    }

    #[test]
    fn a_state_tells_nothing_that_is_sealed() {
        let member = MemberState {
            status: MemberStatus::Active,
            ..MemberState::default()
        };
        let text = member_state(&member).unwrap().to_string();
        for private in ["sealed", "subject", "name", "address", "identities"] {
            assert!(!text.contains(&format!("\"{private}\"")), "{private} in {text}");
        }
    }
}
