//! What is owed, told as events and the figures that follow.

use guanxi_domain::member::{
    Balance, EnrolSource, Enrolled, MemberEvent, PointsActivated, PointsSpent, Profile, TierBasis, TierCause,
    TierTerm, TierUpgraded,
};
use guanxi_kernel::{Fen, TimeZoneId};

use super::*;
use crate::story::Story;

const DAY: &str = "2026-03-01";
const NEXT: &str = "2026-03-02";

fn balance(available: i64, pending: i64) -> Balance {
    Balance {
        available,
        pending,
        debt: 0,
    }
}

fn story() -> Story {
    let enrolled = Enrolled {
        source: EnrolSource::Application,
        walk_in: false,
        subjects: Vec::new(),
        profile: Profile::default(),
        store_id: Some("s-1".parse().unwrap()),
        channel: None,
    };
    let activated = PointsActivated {
        points: 50,
        lots: Vec::new(),
        balance: balance(50, 0),
        business_date: DAY.parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
    };
    let spent = PointsSpent {
        spend_id: "p".to_owned(),
        order_id: None,
        points: 20,
        lots: Vec::new(),
        balance: balance(30, 0),
        business_date: DAY.parse().unwrap(),
    };
    let upgraded = TierUpgraded {
        term: TierTerm {
            before: None,
            tier: "gold".parse().unwrap(),
            until: Some("2027-03-01".parse().unwrap()),
            grace_until: None,
            basis: TierBasis {
                from: DAY.parse().unwrap(),
                to: DAY.parse().unwrap(),
                spent_fen: Fen(0),
                threshold_fen: Fen(0),
            },
            programme_version: 1,
        },
        why: TierCause::Evaluated,
        business_date: NEXT.parse().unwrap(),
        time_zone: TimeZoneId::shanghai(),
    };
    Story::default()
        .add("member", "m-1", DAY, MemberEvent::from(enrolled))
        .add("member", "m-1", DAY, MemberEvent::from(activated))
        .add("member", "m-1", DAY, MemberEvent::from(spent))
        .add("member", "m-1", NEXT, MemberEvent::from(upgraded))
}

fn cell(day: &str, tier: &str) -> LiabilityCell {
    (day.parse().unwrap(), "s-1".to_owned(), tier.to_owned())
}

#[test]
fn what_flowed_on_a_day_adds_up_to_what_is_owed() {
    let totals = story().totals(&PointsLiability);
    let day = totals[&cell(DAY, NO_TIER)];
    assert_eq!(
        (day.available_change, day.flows.activated, day.flows.spent),
        (30, 50, 20)
    );
}

#[test]
fn who_changes_the_tier_takes_the_balance_along() {
    let totals = story().totals(&PointsLiability);
    assert_eq!(totals[&cell(NEXT, NO_TIER)].available_change, -30);
    assert_eq!(totals[&cell(NEXT, "gold")].available_change, 30);
    let sum: i64 = totals.values().map(|total| total.available_change).sum();
    assert_eq!(sum, story().rows(&PointsLiability)["m-1"].balance.available);
    assert_eq!(totals.len(), 3);
}
