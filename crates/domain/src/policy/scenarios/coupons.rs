//! A coupon's way between the streams.

use guanxi_kernel::policy::DeadlineChange;

use super::*;
use crate::coupon::CouponCommand;

fn claimed() -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "campaign.coupon_claimed.v1", "campaign_id": "spring", "coupon_id": "k-1", "member_id": "m-1",
        "person_id": null,
        "terms": { "kind": { "kind": "normal", "off_fen": 600 }, "goods": { "scope": "all" }, "threshold_fen": 0,
                   "funder": "us" },
        "validity": { "from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z" }, "channel": null,
        "claimed_at": "2026-03-01T04:00:00Z", "claimed_on": "2026-03-01", "time_zone": "Asia/Shanghai",
    });
    recorded("campaign", "spring", &payload)
}

fn coupon(payload: &Value) -> Recorded<GuanxiEvent> {
    recorded("coupon", "k-1", payload)
}

fn deadline_of(payload: &Value) -> Vec<DeadlineChange> {
    CouponExpiry.deadlines(&coupon(payload), &Facts::new(&ClaimFacts::default(), None))
}

fn due_at(changes: &[DeadlineChange]) -> Option<String> {
    match changes {
        [DeadlineChange::Set { due_at, .. }] => Some(due_at.to_string()),
        [DeadlineChange::Cancel { .. }] => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_claim_begins_a_coupons_life() {
    let asked = asked(&CouponLife, &claimed(), &[]);
    assert_eq!(story(&asked), [("issue", "coupon/k-1".to_owned())]);
}

#[test]
fn a_paid_order_redeems_each_coupon_as_a_fact_of_its_own() {
    let asked = asked(&CouponLife, &recorded("order", "o-1", &paid()), &[]);
    let expected = [
        ("redeem", "coupon/k-1".to_owned()),
        ("redeem", "coupon/k-2".to_owned()),
    ];
    assert_eq!(story(&asked), expected);
    let paid_at = "2026-03-02T15:59:00Z".parse().unwrap();
    let dated = Some((paid_at, "2026-03-02".parse().unwrap()));
    assert!(asked.iter().all(|reaction| reaction.dated == dated));
    let GuanxiCommand::Coupon(CouponCommand::RedeemCoupon(redeem)) = &asked[0].command else {
        panic!("{asked:?}");
    };
    assert_eq!(redeem.campaign_id.as_ref().unwrap().as_str(), "spring");
}

#[test]
fn a_coupon_whose_goods_went_back_before_the_payment_is_used_and_comes_back() {
    let mut payload = paid();
    payload["coupons_returned"] = json!(["k-1"]);
    let asked = asked(&CouponLife, &recorded("order", "o-1", &payload), &[]);
    let of_k1: Vec<_> = asked
        .iter()
        .filter(|reaction| reaction.target.to_string() == "coupon/k-1")
        .map(|reaction| reaction.purpose)
        .collect();
    assert_eq!(of_k1, ["redeem", "return"]);
}

#[test]
fn a_refund_returns_the_coupons_of_which_no_line_remains() {
    let asked = asked(&CouponLife, &refunded(0, &["k-2"]), &[]);
    assert_eq!(story(&asked), [("return", "coupon/k-2".to_owned())]);
    assert_eq!(story(&super::asked(&CouponLife, &refunded(0, &[]), &[])), []);
}

#[test]
fn an_issued_coupon_expires_at_the_end_of_its_validity() {
    let set = deadline_of(&json!({
        "type": "coupon.issued.v1", "campaign_id": "spring", "member_id": "m-1",
        "terms": { "kind": { "kind": "normal", "off_fen": 600 }, "goods": { "scope": "all" }, "threshold_fen": 0,
                   "funder": "us" },
        "validity": { "from": "2026-03-01T00:00:00Z", "until": "2026-03-31T16:00:00Z" }, "channel": null,
        "time_zone": "Asia/Shanghai",
    }));
    assert_eq!(due_at(&set).as_deref(), Some("2026-03-31T16:00:00Z"));
    let [DeadlineChange::Set { key, due_at, payload }] = &set[..] else {
        panic!("{set:?}")
    };
    let asked = CouponExpiry.due(&deadline(key, *due_at, payload));
    assert_eq!(story(&asked), [("expire", "coupon/k-1".to_owned())]);
    assert_eq!(asked[0].dated, Some((*due_at, "2026-04-01".parse().unwrap())));
}

#[test]
fn a_coupon_in_use_does_not_expire_and_one_that_is_free_again_does() {
    let redeemed = json!({
        "type": "coupon.redeemed.v1", "order_id": "o-1", "campaign_id": "spring", "member_id": "m-1", "funder": "us",
        "discount_fen": 1000, "redeemed_at": "2026-03-03T04:01:00Z", "business_date": "2026-03-03",
        "store_id": null, "channel": null,
    });
    assert_eq!(due_at(&deadline_of(&redeemed)), None);
    let released = json!({
        "type": "coupon.reservation_released.v1", "order_id": "o-1", "reason": "cancelled",
        "valid_until": "2026-03-31T16:00:00Z",
    });
    assert_eq!(
        due_at(&deadline_of(&released)).as_deref(),
        Some("2026-03-31T16:00:00Z")
    );
}
