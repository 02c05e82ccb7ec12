//! What policies ask for, told as given / when / then.

use guanxi_kernel::policy::{Cause, ClaimFacts, Deadline, Facts, Policy, Reaction};
use guanxi_kernel::{
    ClaimKey, EventSet, Metadata, Recorded, StreamRef, TimeZoneId, Timestamp, envelope::Fact,
};
use serde_json::{Value, json};

mod coupons;
mod guides;
mod unpaid;

use super::*;
use crate::{GuanxiCommand, GuanxiEvent};

fn at() -> Timestamp {
    "2026-03-01T04:00:00Z".parse().unwrap()
}

/// A stored event, as the log hands it to a policy.
fn recorded(aggregate_type: &str, id: &str, payload: &Value) -> Recorded<GuanxiEvent> {
    let name = payload["type"].as_str().unwrap();
    let event = GuanxiEvent::decode(aggregate_type, name, &payload.to_string()).unwrap();
    Recorded {
        position: 7,
        event_id: "e-7".parse().unwrap(),
        command_id: None,
        stream: StreamRef::new(aggregate_type, id),
        sequence: 1,
        event_type: name.into(),
        metadata: Metadata {
            occurred_at: at(),
            business_date: TimeZoneId::shanghai().business_date(at()),
            actor: "test".into(),
            channel: None,
            store_id: None,
            correlation_id: "c-1".into(),
            causation_id: None,
            depth: 0,
        },
        recorded_at: at(),
        fact: Fact::Own(event),
    }
}

type Asked = Vec<Reaction<GuanxiCommand>>;

/// What a policy asks for, when it knows the holders of these claims.
fn asked<P>(policy: &P, event: &Recorded<GuanxiEvent>, holders: &[(ClaimKey, StreamRef)]) -> Asked
where
    P: Policy<Event = GuanxiEvent, Command = GuanxiCommand>,
{
    let mut known = ClaimFacts::default();
    for (claim, holder) in holders {
        assert!(
            policy.claims_needed(event).contains(claim),
            "nobody asked who holds {claim:?}"
        );
        known.insert(claim, holder.clone());
    }
    policy.react(event, &Facts::new(&known, None))
}

/// Purpose and target of each command, which tell the story.
fn story(asked: &Asked) -> Vec<(&'static str, String)> {
    asked
        .iter()
        .map(|reaction| (reaction.purpose, reaction.target.to_string()))
        .collect()
}

fn paid() -> Value {
    json!({
        "type": "order.paid.v1", "paid_at": "2026-03-02T15:59:00Z", "business_date": "2026-03-02",
        "kind": "counter", "store_id": "shop", "channel": "counter", "member_id": "m-1",
        "totals": { "shelf_fen": 12_000, "promotion_fen": 0, "coupon_fen": 1_000, "manufacturer_coupon_fen": 0,
                    "freight_fen": 1_000, "payable_fen": 11_000, "units": 2 },
        "coupons": [
            { "coupon_id": "k-1", "campaign_id": "spring", "funder": "us", "discount_fen": 600, "covers": [1] },
            { "coupon_id": "k-2", "campaign_id": "spring", "funder": null, "discount_fen": null, "covers": [] },
        ],
        "guide": { "guide_id": "g-1", "rate": 500 }, "tenders": ["wechat"], "refunded_before_fen": 0,
        "earning_base_fen": 10_000, "coupons_returned": [], "time_zone": "Asia/Shanghai", "test": false,
    })
}

/// A refund of a paid order, after which so much is left to earn by, and these coupons come back.
fn refunded(earning_base_fen: i64, coupons_returned: &[&str]) -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "order.refund_succeeded.v1", "provider": "wechat", "refund_id": "r1", "out_refund_no": "x",
        "transaction_id": "p1", "amount_fen": 6_000, "payer_refund_fen": null,
        "succeeded_at": "2026-03-04T04:00:00Z", "business_date": "2026-03-04", "sale_date": "2026-03-02",
        "of_surplus": false, "store_id": "shop", "channel": "counter", "member_id": "m-1",
        "guide": { "guide_id": "g-1", "rate": 500 }, "tender": "wechat", "lines": [], "allocated": false,
        "earning_base_fen": earning_base_fen, "coupons_returned": coupons_returned, "time_zone": "Asia/Shanghai",
        "test": false,
    });
    recorded("order", "o-1", &payload)
}

/// A deadline as the clock finds it.
fn deadline(key: &str, due_at: Timestamp, payload: &Value) -> Deadline {
    Deadline {
        key: key.to_owned(),
        due_at,
        payload: payload.clone(),
        cause: Cause {
            event_id: "e-7".parse().unwrap(),
            metadata: attempt().metadata,
        },
    }
}

fn attempt() -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "order.payment_registered.v1", "provider": "wechat", "mchid": "1900000001", "appid": null,
        "out_trade_no": "T1", "amount_fen": 100, "expires_at": null,
    });
    recorded("order", "o-1", &payload)
}

fn money() -> Value {
    json!({
        "fact": "payment", "tender": "wechat", "provider": "wechat", "transaction_id": "p1", "mchid": "1900000001",
        "out_trade_no": "T1", "amount_fen": 100, "payer_total_fen": 100, "succeeded_at": "2026-02-28T16:30:00Z",
        "member_id": null,
    })
}

fn parked() -> Recorded<GuanxiEvent> {
    let payload = json!({
        "type": "suspense.payment_parked.v1", "mchid": "1900000001", "out_trade_no": "T1", "money": money(),
    });
    recorded("suspense", "1900000001/T1", &payload)
}

#[test]
fn a_cancelled_order_frees_its_coupons() {
    let payload = json!({
        "type": "order.cancelled.v1", "reason": "timeout", "cancelled_at": "2026-03-01T04:00:00Z",
        "coupons": ["k-1", "k-2"],
    });
    let asked = asked(&OrderCancelled, &recorded("order", "o-1", &payload), &[]);
    let expected = [
        ("release", "coupon/k-1".to_owned()),
        ("release", "coupon/k-2".to_owned()),
    ];
    assert_eq!(story(&asked), expected);
}

#[test]
fn money_parked_before_its_attempt_is_claimed_when_the_attempt_is_announced() {
    assert_eq!(story(&asked(&ParkedPayment, &attempt(), &[])), []);
    let waiting = (
        ClaimKey::open("suspense.parked", "1900000001/T1"),
        StreamRef::new("suspense", "1900000001/T1"),
    );
    let asked = asked(&ParkedPayment, &attempt(), &[waiting]);
    assert_eq!(story(&asked), [("claim", "suspense/1900000001/T1".to_owned())]);
}

#[test]
fn money_parked_after_its_attempt_is_claimed_at_once() {
    assert_eq!(story(&asked(&ParkedPayment, &parked(), &[])), []);
    let order = (
        ClaimKey::open("order.attempt", "1900000001/T1"),
        StreamRef::new("order", "o-1"),
    );
    let asked = asked(&ParkedPayment, &parked(), &[order]);
    assert_eq!(story(&asked), [("claim", "suspense/1900000001/T1".to_owned())]);
    let GuanxiCommand::Suspense(crate::suspense::SuspenseCommand::Claim { order_id }) = &asked[0].command
    else {
        panic!("{asked:?}");
    };
    assert_eq!(order_id.as_str(), "o-1");
}

#[test]
fn claimed_money_is_recorded_by_its_order_and_dated_by_its_success() {
    let payload = json!({
        "type": "suspense.payment_claimed.v1", "mchid": "1900000001", "out_trade_no": "T1", "order_id": "o-1",
        "money": money(),
    });
    let asked = asked(
        &ParkedPayment,
        &recorded("suspense", "1900000001/T1", &payload),
        &[],
    );
    assert_eq!(story(&asked), [("record", "order/o-1".to_owned())]);
    let succeeded_at = "2026-02-28T16:30:00Z".parse().unwrap();
    assert_eq!(
        asked[0].dated,
        Some((succeeded_at, "2026-03-01".parse().unwrap()))
    );
}

#[test]
fn a_claimed_refund_is_recorded_by_its_order() {
    let payload = json!({
        "type": "suspense.payment_claimed.v1", "mchid": "1900000001", "out_trade_no": "T1", "order_id": "o-1",
        "money": { "fact": "refund", "provider": "wechat", "refund_id": "r1", "out_refund_no": "x", "transaction_id": "p1",
                   "mchid": null, "out_trade_no": null, "amount_fen": 30, "payer_refund_fen": null,
                   "status": "abnormal", "succeeded_at": null },
    });
    let asked = asked(
        &ParkedPayment,
        &recorded("suspense", "1900000001/T1", &payload),
        &[],
    );
    assert_eq!(story(&asked), [("record", "order/o-1".to_owned())]);
    assert_eq!(asked[0].dated, None);
}

#[test]
fn policies_pass_by_what_does_not_concern_them() {
    assert!(asked(&CouponLife, &attempt(), &[]).is_empty());
    assert!(asked(&OrderCommission::default(), &attempt(), &[]).is_empty());
    assert!(asked(&GuideHandover, &attempt(), &[]).is_empty());
    assert!(asked(&OrderCancelled, &attempt(), &[]).is_empty());
    assert!(asked(&ParkedPayment, &recorded("order", "o-1", &paid()), &[]).is_empty());
}
