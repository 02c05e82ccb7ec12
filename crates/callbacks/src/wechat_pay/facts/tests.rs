//! What passes and what does not.

use guanxi_kernel::Fen;

use super::*;
use crate::wechat_pay::body::Body;

const MERCHANT: &str = "1234567891";

fn payment(change: impl Fn(&mut serde_json::Value)) -> Result<Vec<Fact>, FactError> {
    let mut body = serde_json::json!({"mchid": MERCHANT, "appid": "wx1", "out_trade_no": "ORD1",
        "transaction_id": "4200", "trade_type": "JSAPI", "trade_state": "SUCCESS",
        "success_time": "2026-03-01T10:00:02+08:00", "payer": {"openid": "oTest"},
        "amount": {"total": 19900, "payer_total": 18900, "currency": "CNY"},
        "promotion_detail": [{"coupon_id": "1", "type": "CASH", "amount": 700},
                             {"coupon_id": "2", "type": "NOCASH", "amount": 300}]});
    change(&mut body);
    facts(
        &Body::read("TRANSACTION.SUCCESS", &body.to_string())?,
        MERCHANT,
        "",
    )
}

#[test]
fn a_payment_keeps_the_providers_coupons_beside_the_total() {
    let facts = payment(|_| ()).unwrap();
    let [Fact::Payment(payment)] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (payment.paid.total, payment.paid.payer_total),
        (Fen(19900), Some(Fen(18900)))
    );
    assert_eq!(
        (payment.paid.funded_coupons, payment.paid.unfunded_coupons),
        (Fen(700), Fen(300))
    );
    assert_eq!(payment.paid.success_time.to_string(), "2026-03-01T02:00:02Z");
    assert_eq!(payment.paid.business_key().as_str(), "payment/1234567891/4200");
}

#[test]
fn what_cannot_be_is_an_error() {
    for (field, value, says) in [
        ("/trade_state", "NOTPAY".into(), "NOTPAY"),
        ("/amount/currency", "USD".into(), "CNY"),
        ("/amount/total", (-1).into(), "-1 fen"),
        ("/amount/total", i64::MAX.into(), "amount.total"),
        ("/success_time", "yesterday".into(), "not a time"),
        ("/mchid", "1900000109".into(), "addressed to 1900000109"),
    ] {
        let value: serde_json::Value = value;
        let error = payment(|body| *body.pointer_mut(field).unwrap() = value.clone()).unwrap_err();
        assert!(error.to_string().contains(says), "{field}: {error}");
    }
}

#[test]
fn the_partner_form_pays_the_sub_merchant_and_knows_the_payer_twice() {
    let body = r#"{"sp_appid":"wxSP","sp_mchid":"1234567891","sub_appid":"wxSUB","sub_mchid":"1900000200",
        "out_trade_no":"ORD2","transaction_id":"42","trade_type":"JSAPI","trade_state":"SUCCESS",
        "success_time":"2026-03-01T10:00:02+08:00","payer":{"sp_openid":"a","sub_openid":"b"},
        "amount":{"total":1}}"#;
    let facts = facts(&Body::read("TRANSACTION.SUCCESS", body).unwrap(), MERCHANT, "").unwrap();
    let [Fact::Payment(payment)] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(payment.paid.payee_mchid, "1900000200");
    let payer: Vec<_> = payment
        .payer
        .iter()
        .map(|openid| (openid.appid.as_str(), openid.openid.as_str()))
        .collect();
    assert_eq!(payer, [("wxSUB", "b"), ("wxSP", "a")]);
}

fn refund(status: &str, success_time: Option<&str>) -> Result<RefundFact, FactError> {
    let body = serde_json::json!({"mchid": MERCHANT, "out_trade_no": "ORD1", "transaction_id": "4200",
        "out_refund_no": "R1", "refund_id": "503", "refund_status": status, "success_time": success_time,
        "amount": {"total": 19900, "refund": 9950, "payer_total": 18900, "payer_refund": 9450}});
    let body = Body::read("REFUND.SUCCESS", &body.to_string())?;
    let facts = facts(&body, MERCHANT, "2026-03-02T09:30:01+08:00")?;
    let [Fact::Refund(refund)] = &facts[..] else {
        panic!("{facts:?}")
    };
    Ok(refund.clone())
}

#[test]
fn a_refund_is_dated_by_its_success_and_other_results_by_their_notice() {
    let time = Some("2026-03-02T09:30:00+08:00");
    assert_eq!(
        refund("SUCCESS", time).unwrap().happened_at.to_string(),
        "2026-03-02T01:30:00Z"
    );
    for status in ["ABNORMAL", "CLOSED", "CLOSE"] {
        assert_eq!(
            refund(status, time).unwrap().happened_at.to_string(),
            "2026-03-02T01:30:01Z"
        );
    }
    assert_eq!(
        refund("CLOSE", None).unwrap().business_key(),
        refund("CLOSED", None).unwrap().business_key()
    );
    assert!(refund("SUCCESS", None).is_err());
    assert!(refund("PROCESSING", time).is_err());
}
