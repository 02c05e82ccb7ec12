//! What orders tell the small world, and what must hold in it.

use std::collections::BTreeMap;

use guanxi_kernel::{BusinessDate, ClaimChange, ClaimKey, ClaimSubject, StreamRef, Timestamp};
use serde_json::{Value, json};

use crate::member::{Balance, MemberEvent, MemberState};

pub(super) fn claim(claims: &mut BTreeMap<(String, String), StreamRef>, id: &str, change: ClaimChange) {
    let stream = StreamRef::new("member", id);
    match change {
        ClaimChange::Take(ClaimKey {
            scope,
            key: ClaimSubject::Open(key),
        }) => {
            let before = claims.insert((scope.to_owned(), key.clone()), stream.clone());
            assert!(
                before.as_ref().is_none_or(|before| *before == stream),
                "{scope}/{key} belongs to {before:?}"
            );
        }
        ClaimChange::Release(ClaimKey {
            scope,
            key: ClaimSubject::Open(key),
        }) => {
            let key = (scope.to_owned(), key);
            if claims.get(&key) == Some(&stream) {
                claims.remove(&key);
            }
        }
        _ => {}
    }
}

/// What must hold after every event.
pub(super) fn check(state: &MemberState, event: &MemberEvent) {
    let ledger = &state.ledger;
    assert!(ledger.lots.values().all(|lot| lot.points > 0), "{event:?}");
    assert!(ledger.debts.iter().all(|debt| debt.points > 0), "{event:?}");
    assert!(ledger.orders.values().all(|order| order.given >= 0), "{event:?}");
    let told = serde_json::to_value(event).unwrap();
    if let Some(balance) = told.get("balance") {
        let balance: Balance = serde_json::from_value(balance.clone()).unwrap();
        assert_eq!(balance, ledger.balance(), "{event:?}");
    }
}

pub(super) fn paid(member: &str, base_fen: i64, date: BusinessDate, at: Timestamp) -> Value {
    json!({
        "type": "order.paid.v1", "paid_at": at, "business_date": date, "kind": "counter", "store_id": "shop",
        "channel": "counter", "member_id": member,
        "totals": { "shelf_fen": base_fen, "promotion_fen": 0, "coupon_fen": 0, "manufacturer_coupon_fen": 0,
                    "freight_fen": 0, "payable_fen": base_fen, "units": 1 },
        "coupons": [], "guide": null, "tenders": ["wechat"], "refunded_before_fen": 0,
        "earning_base_fen": base_fen, "coupons_returned": [], "time_zone": "Asia/Shanghai", "test": false,
    })
}

pub(super) fn refunded(member: &str, base_fen: i64, date: BusinessDate, at: Timestamp) -> Value {
    json!({
        "type": "order.refund_succeeded.v1", "provider": "wechat", "refund_id": "r", "out_refund_no": "r",
        "transaction_id": "p", "amount_fen": 1, "payer_refund_fen": 1, "succeeded_at": at, "business_date": date,
        "sale_date": date, "of_surplus": false, "store_id": "shop", "channel": "counter", "member_id": member,
        "guide": null, "tender": "wechat", "lines": [], "allocated": false, "earning_base_fen": base_fen,
        "coupons_returned": [], "time_zone": "Asia/Shanghai", "test": false,
    })
}
