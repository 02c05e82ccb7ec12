//! What the page of a member promises, told as events.

use guanxi_domain::coupon::{CouponRedeemed, Funder};
use guanxi_domain::guide::{Bound, GuideEvent};
use guanxi_domain::member::{
    EnrolSource, Enrolled, MemberEvent, MemberStatus, Profile, TagAssigned, TagSource,
};
use guanxi_kernel::Fen;

use super::*;
use crate::story::{Story, noon, paid, refunded};

const DAY: &str = "2026-03-01";

#[test]
fn all_that_concerns_a_member_is_in_the_row_whichever_stream_says_it() {
    let enrolled = Enrolled {
        source: EnrolSource::Application,
        walk_in: false,
        subjects: vec!["member:1".parse().unwrap()],
        profile: Profile {
            city: Some("Suzhou".to_owned()),
            ..Profile::default()
        },
        store_id: Some("s-1".parse().unwrap()),
        channel: None,
    };
    let tagged = TagAssigned {
        tag: "vip".to_owned(),
        by: TagSource::Hand,
    };
    let redeemed = CouponRedeemed {
        order_id: Some("o-1".parse().unwrap()),
        campaign_id: "c-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        funder: Funder::Us,
        discount_fen: None,
        redeemed_at: noon(DAY),
        business_date: DAY.parse().unwrap(),
        store_id: None,
        channel: None,
    };
    let mut back = refunded(DAY, Some(DAY), "s-1", 3_000);
    back.member_id = Some("m-1".parse().unwrap());
    let story = Story::default()
        .add("member", "m-1", DAY, MemberEvent::from(enrolled))
        .add("member", "m-1", DAY, MemberEvent::from(tagged))
        .order("o-1", DAY, paid(DAY, "s-1", "counter", Some("m-1")))
        .order("o-2", DAY, paid(DAY, "s-1", "counter", Some("m-2")))
        .order("o-1", DAY, back)
        .add(
            "coupon",
            "k-1",
            DAY,
            guanxi_domain::coupon::CouponEvent::from(redeemed),
        );
    let rows = story.rows(&Member360);
    let row = &rows["m-1"];
    assert_eq!(row.member.status, MemberStatus::Enrolled);
    assert!(row.member.subjects.is_empty() && row.member.tags.contains_key("vip"));
    assert_eq!(row.member.profile.city.as_deref(), Some("Suzhou"));
    let order = &row.orders["o-1"];
    assert_eq!(
        (order.paid_fen, order.refunded_fen, row.orders.len()),
        (Fen(10_500), Fen(3_000), 1)
    );
    assert_eq!(row.coupons["k-1"].status, "redeemed");
}

#[test]
fn a_guide_stands_under_the_member() {
    let bound = serde_json::json!({ "guide_id": "g-1", "member_id": "m-1", "store_id": "s-1", "exclusive": true,
        "bound_at": "2026-03-01T02:00:00Z", "expires_at": null, "handed_over": null });
    let bound: Bound = serde_json::from_value(bound).unwrap();
    let story = Story::default().add("guide_relationship", "g-1/m-1", DAY, GuideEvent::from(bound));
    let guide = &story.rows(&Member360)["m-1"].guides["g-1"];
    assert!(guide.exclusive && guide.ended_at.is_none());
}

#[test]
fn what_an_order_gave_is_shown_as_its_lot_and_kept_nowhere_else() {
    let lot = |points: i64, waits: bool| {
        serde_json::json!({ "lot_id": "o-1", "order_id": "o-1", "expires_on": "2026-12-31", "came_from": [],
            "activates_on": waits.then_some("2026-03-09"), "points": points })
    };
    let pended = serde_json::json!({ "points": 30, "lots": [lot(30, true)], "business_date": DAY,
        "basis": { "order_id": "o-1", "base_fen": 3_000, "rate": 100, "tier": null, "paid_on": DAY,
            "programme_version": 1, "for_member": null },
        "balance": { "available": 0, "pending": 30, "debt": 0 }, "time_zone": "Asia/Shanghai" });
    let activated = serde_json::json!({ "points": 30, "lots": [lot(30, true)], "business_date": "2026-03-09",
        "balance": { "available": 30, "pending": 0, "debt": 0 }, "time_zone": "Asia/Shanghai" });
    let spent = serde_json::json!({ "spend_id": "s-1", "order_id": null, "points": 12, "lots": [lot(-12, false)],
        "balance": { "available": 18, "pending": 0, "debt": 0 }, "business_date": "2026-03-10" });
    let story = Story::default()
        .member(
            "m-1",
            DAY,
            MemberEvent::PointsPended(serde_json::from_value(pended).unwrap()),
        )
        .member(
            "m-1",
            "2026-03-09",
            MemberEvent::PointsActivated(serde_json::from_value(activated).unwrap()),
        )
        .member(
            "m-1",
            "2026-03-10",
            MemberEvent::PointsSpent(serde_json::from_value(spent).unwrap()),
        );
    let rows = story.rows(&Member360);
    let ledger = &rows["m-1"].member.ledger;
    assert_eq!(ledger.balance().available, 18);
    assert_eq!(
        (ledger.lots.len(), ledger.orders.len(), ledger.spendings.len()),
        (1, 0, 0)
    );
}
