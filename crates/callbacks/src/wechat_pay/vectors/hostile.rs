//! Whatever comes, nothing panics, and nothing but the signed bytes passes.

use proptest::prelude::*;

use super::vector::*;
use crate::wechat_pay::body::Body;
use crate::wechat_pay::envelope::Envelope;
use crate::wechat_pay::facts::facts;
use crate::wechat_pay::headers::NoticeHeaders;
use crate::wechat_pay::resource::{ALGORITHM, ApiV3Key, Resource};

const EVENTS: &[&str] = &[
    "TRANSACTION.SUCCESS",
    "REFUND.SUCCESS",
    "COUPON.SEND",
    "COUPON.USE",
    "DISCOUNT_CARD.USER_PAID",
    "DISCOUNT_CARD.SETTLEMENT",
    "PROFITSHARING.RETURN",
    "MEMBERCARD.ACTIVATE_CARD",
    "MEMBERCARDSP.USER_CARD.CREATE",
    "PAYSCORE.USER_PAID",
    "MALL_REFUND.SUCCESS",
];

/// Any JSON, with field names that the families know among others.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        Just("2026-03-01T10:00:02+08:00".into()),
    ];
    let name = prop_oneof![
        ".{0,6}",
        prop::sample::select(vec![
            "mchid",
            "amount",
            "total",
            "payer",
            "openid",
            "trade_state",
            "success_time",
            "receiver",
            "receivers",
            "sub_orders",
            "combine_out_trade_no",
            "refund_id",
            "refund_status",
            "transaction_id",
            "out_trade_no",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(name.clone(), inner, 0..8)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_breaks_the_signature(at in any::<prop::sample::Index>(), by in 1u8..) {
        let s1 = s1();
        let mut body = s1.body.clone().into_bytes();
        let at = at.index(body.len());
        body[at] ^= by;
        prop_assert!(merchants().verify(&s1.headers(), &body, s1.signed_at()).is_err());
    }

    #[test]
    fn any_headers_are_refused(timestamp in ".{0,12}", nonce in ".{0,40}", signature in ".{0,400}", serial in ".{0,50}") {
        let headers = NoticeHeaders { timestamp, nonce, signature, serial, signature_type: None, request_id: None };
        let verified = merchants().verify(&headers, b"body", s1().signed_at());
        prop_assert!(verified.is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Envelope::read(&bytes).is_err());
    }

    #[test]
    fn any_resource_stays_closed(ciphertext in "[A-Za-z0-9+/]{0,64}={0,2}", nonce in ".{0,14}", aad in ".{0,20}") {
        let resource = Resource {
            original_type: None,
            algorithm: ALGORITHM.into(),
            ciphertext,
            associated_data: Some(aad),
            nonce,
        };
        prop_assert!(ApiV3Key::new(API_V3_KEY).unwrap().open(&resource).is_err());
    }

    #[test]
    fn any_json_is_typed_or_refused(event in prop::sample::select(EVENTS), body in json()) {
        if let Ok(body) = Body::read(event, &body.to_string()) {
            drop(facts(&body, "1234567891", ""));
            prop_assert!(body.signs().len() <= 2);
        }
    }
}
