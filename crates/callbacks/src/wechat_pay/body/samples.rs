//! A sample of every family, read and written back; what is read is pinned as a snapshot.

use super::Body;

fn read(event_type: &str, json: &str) -> Body {
    Body::read(event_type, json).unwrap_or_else(|error| panic!("{event_type}: {error}"))
}

/// Pins family and reading of a sample. `Debug` hides persons, so the snapshot is of the serialised form.
macro_rules! pinned {
    ($name:ident, $event:literal, $variant:ident, $json:expr) => {
        #[test]
        fn $name() {
            match read($event, $json) {
                Body::$variant(body) => insta::assert_json_snapshot!(stringify!($name), body),
                other => panic!("taken for {}", other.family()),
            }
        }
    };
}

pinned!(direct_payment, "TRANSACTION.SUCCESS", Payment, PAYMENT);
pinned!(partner_payment, "TRANSACTION.SUCCESS", PartnerPayment, PARTNER);
pinned!(combined_payment, "TRANSACTION.SUCCESS", CombinedPayment, COMBINED);
pinned!(refund_succeeded, "REFUND.SUCCESS", Refund, REFUND);
pinned!(refund_abnormal, "REFUND.ABNORMAL", Refund, REFUND_ABNORMAL);
pinned!(coupon_received, "COUPON.SEND", CouponReceived, COUPON_SEND);
pinned!(coupon_used, "COUPON.USE", CouponUsed, COUPON_USE);
pinned!(
    coupon_used_says_transaction,
    "TRANSACTION.SUCCESS",
    CouponUsed,
    COUPON_USE
);
pinned!(
    discount_card_clawed_back,
    "DISCOUNT_CARD.USER_PAID",
    DiscountCard,
    CARD_PAID
);
pinned!(
    discount_card_ended,
    "DISCOUNT_CARD.AGREEMENT_ENDED",
    DiscountCard,
    CARD_ENDED
);
pinned!(
    old_discount_card_taken,
    "DISCOUNT_CARD.GET_CARD",
    OldDiscountCard,
    OLD_CARD
);
pinned!(
    old_discount_card_settled,
    "DISCOUNT_CARD.SETTLEMENT",
    OldDiscountCard,
    OLD_SETTLEMENT
);
pinned!(profit_sharing, "TRANSACTION.SUCCESS", ProfitSharing, SHARING);
pinned!(
    profit_sharing_list,
    "PROFITSHARING.RETURN",
    ProfitSharing,
    SHARING_LIST
);
pinned!(member_card, "MEMBERCARD.ACTIVATE_CARD", MemberCard, MEMBER_CARD);
pinned!(brand_card, "MEMBERCARDSP.USER_CARD.CREATE", BrandCard, BRAND_CARD);
pinned!(
    payscore_permission,
    "PAYSCORE.USER_CLOSE_SERVICE",
    PayscorePermission,
    PERMISSION
);
pinned!(payscore_order, "PAYSCORE.USER_PAID", PayscoreOrder, PAYSCORE);
pinned!(mall_joined, "MALL_AUTH.ACTIVATE_CARD", MallJoined, MALL_JOINED);
pinned!(
    mall_payment,
    "MALL_TRANSACTION.SUCCESS",
    MallPayment,
    MALL_PAYMENT
);
pinned!(mall_refund, "MALL_REFUND.SUCCESS", MallRefund, MALL_REFUND);

#[test]
fn what_is_not_known_is_unknown_and_no_error() {
    for (event, json) in [
        ("SECURITY_ECHO.SUCCESS", r#"{"a":1}"#),
        ("COMPLAINT.CREATE", "{}"),
        (
            "TRANSACTION.SUCCESS",
            r#"{"parking_info":{},"trade_state":"SUCCESS","mchid":"1"}"#,
        ),
        ("TRANSACTION.SUCCESS", r#"{"something":"else"}"#),
        ("TRANSACTION.FAIL", PAYMENT),
        ("PROFITSHARING.SUCCESS", r#"{"order_id":"1"}"#),
        ("MCHTRANSFER.AUTHORIZATION.CONFIRMED", "{}"),
    ] {
        assert_eq!(read(event, json), Body::Unknown, "{event}");
    }
}

#[test]
fn a_known_family_in_another_form_is_an_error_that_quotes_no_value() {
    let missing = Body::read("REFUND.SUCCESS", r#"{"out_trade_no":"oSecret"}"#)
        .unwrap_err()
        .to_string();
    assert!(missing.contains("missing field"), "{missing}");
    let typed = PAYMENT.replace("19900", "\"oSecret\"");
    let wrong = Body::read("TRANSACTION.SUCCESS", &typed).unwrap_err().to_string();
    assert!(
        wrong.contains("another type") && !wrong.contains("oSecret"),
        "{wrong}"
    );
    for text in ["", "[]", "\"x\"", "{"] {
        assert!(Body::read("TRANSACTION.SUCCESS", text).is_err(), "{text}");
    }
}

#[test]
fn unknown_fields_other_order_and_nulls_change_nothing() {
    let mut value: serde_json::Value = serde_json::from_str(PAYMENT).unwrap();
    value["new_field"] = serde_json::json!({"deep": [1, 2]});
    value["scene_info"] = serde_json::Value::Null;
    value["amount"]["new"] = serde_json::Value::Null;
    assert_eq!(
        read("TRANSACTION.SUCCESS", &value.to_string()),
        read("TRANSACTION.SUCCESS", PAYMENT)
    );
    let without_promotions = PAYMENT.replace("\"promotion_detail\":[", "\"ignored\":[");
    assert!(matches!(
        read("TRANSACTION.SUCCESS", &without_promotions),
        Body::Payment(_)
    ));
}

#[test]
fn no_printed_body_shows_a_person() {
    for (event, json) in ALL {
        let printed = format!("{:?}", read(event, json));
        assert!(
            !printed.contains("oTest") && !printed.contains("uTest"),
            "{printed}"
        );
        assert!(!printed.contains("13800000000"), "{printed}");
    }
}

const ALL: &[(&str, &str)] = &[
    ("TRANSACTION.SUCCESS", PAYMENT),
    ("TRANSACTION.SUCCESS", PARTNER),
    ("TRANSACTION.SUCCESS", COMBINED),
    ("COUPON.SEND", COUPON_SEND),
    ("DISCOUNT_CARD.USER_PAID", CARD_PAID),
    ("DISCOUNT_CARD.GET_CARD", OLD_CARD),
    ("MEMBERCARD.ACTIVATE_CARD", MEMBER_CARD),
    ("MEMBERCARDSP.USER_CARD.CREATE", BRAND_CARD),
    ("PAYSCORE.USER_CLOSE_SERVICE", PERMISSION),
    ("PAYSCORE.USER_PAID", PAYSCORE),
    ("MALL_AUTH.ACTIVATE_CARD", MALL_JOINED),
    ("MALL_TRANSACTION.SUCCESS", MALL_PAYMENT),
    ("MALL_REFUND.SUCCESS", MALL_REFUND),
];

const PAYMENT: &str = r#"{"mchid":"1234567891","appid":"wx0123456789abcdef","out_trade_no":"ORD2026030100000001",
 "transaction_id":"4200000000202603011000000001","trade_type":"JSAPI","trade_state":"SUCCESS",
 "trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"store=0755-01",
 "success_time":"2026-03-01T10:00:02+08:00","payer":{"openid":"oTest-openid-000000000000001"},
 "amount":{"total":19900,"payer_total":18900,"currency":"CNY","payer_currency":"CNY"},
 "promotion_detail":[{"coupon_id":"109519001","name":"满199减10","scope":"GLOBAL","type":"CASH","amount":1000,
   "stock_id":"16700001","wechatpay_contribute":0,"merchant_contribute":1000,"other_contribute":0,"currency":"CNY",
   "goods_detail":[{"goods_id":"G1","quantity":1,"unit_price":19900,"discount_amount":1000}]}]}"#;

const PARTNER: &str = r#"{"sp_appid":"wxSP","sp_mchid":"1900000100","sub_mchid":"1900000200","sub_appid":"wxSUB",
 "out_trade_no":"ORD2","transaction_id":"4200000000202603011000000002","trade_type":"FACEPAY","trade_state":"SUCCESS",
 "trade_state_desc":"支付成功","bank_type":"CMC","success_time":"2026-03-01T10:00:02+08:00",
 "payer":{"sp_openid":"oTest-sp","sub_openid":"oTest-sub"},
 "amount":{"total":1,"payer_total":1,"currency":"CNY","payer_currency":"CNY"},"scene_info":{"device_id":"pos-7"}}"#;

const COMBINED: &str = r#"{"combine_appid":"wxC","combine_mchid":"1900000109","combine_out_trade_no":"C20260301",
 "scene_info":{"device_id":"pos-7"},"combine_payer_info":{"openid":"oTest-combined"},"sub_orders":[
 {"mchid":"1900000110","trade_type":"JSAPI","trade_state":"SUCCESS","bank_type":"CMC","attach":"a",
  "success_time":"2026-03-01T10:00:02+08:00","transaction_id":"4200000000202603011000000003","out_trade_no":"ORD3",
  "amount":{"total_amount":10,"payer_amount":9,"currency":"CNY","payer_currency":"CNY","settlement_rate":100000000}},
 {"mchid":"1900000100","sub_mchid":"1900000200","trade_type":"JSAPI","trade_state":"SUCCESS",
  "success_time":"2026-03-01T10:00:02+08:00","transaction_id":"4200000000202603011000000004","out_trade_no":"ORD4",
  "amount":{"total_amount":20,"payer_amount":20,"currency":"CNY","payer_currency":"CNY"}}]}"#;

const REFUND: &str = r#"{"mchid":"1234567891","out_trade_no":"ORD2026030100000001",
 "transaction_id":"4200000000202603011000000001","out_refund_no":"RFD2026030200000001",
 "refund_id":"50300000002026030200000000001","refund_status":"SUCCESS","success_time":"2026-03-02T09:30:00+08:00",
 "user_received_account":"支付用户零钱","amount":{"total":19900,"refund":9950,"payer_total":18900,"payer_refund":9450}}"#;

const REFUND_ABNORMAL: &str = r#"{"sp_mchid":"1900000100","sub_mchid":"1900000200","out_trade_no":"ORD2",
 "transaction_id":"4200000000202603011000000002","out_refund_no":"RFD2","refund_id":"503000000020260302000000002",
 "refund_status":"ABNORMAL","user_received_account":"招商银行信用卡0403","channel":"ORIGINAL",
 "amount":{"total":1,"refund":1,"payer_total":1,"payer_refund":1}}"#;

const COUPON_SEND: &str = r#"{"event_type":"EVENT_TYPE_BUSICOUPON_SEND","coupon_code":"2026030300000000000001",
 "stock_id":"1286950000000777","send_time":"2026-03-03T12:00:00+08:00","openid":"oTest-openid-000000000000001",
 "unionid":"uTest-unionid-0000000000001","send_channel":"BUSICOUPON_SEND_CHANNEL_HALL","send_merchant":"1234567891",
 "attach_info":{"act_code":"540000001","hall_code":"H1","hall_belong_mch_id":1234567891}}"#;

const COUPON_USE: &str = r#"{"stock_creator_mchid":"1234567891","stock_id":"16700001","coupon_id":"109519001",
 "coupon_name":"满199减10","status":"USED","description":"全场通用","create_time":"2026-02-20T08:00:00+08:00",
 "coupon_type":"NORMAL","no_cash":false,"available_begin_time":"2026-02-20T00:00:00+08:00",
 "available_end_time":"2026-03-20T23:59:59+08:00","singleitem":false,
 "normal_coupon_information":{"coupon_amount":1000,"transaction_minimum":19900},
 "consume_information":{"consume_time":"2026-03-01T10:00:02+08:00","consume_mchid":"1234567891",
 "transaction_id":"4200000000202603011000000001"}}"#;

const CARD_PAID: &str = r#"{"openid":"oTest-openid-000000000000001","card_id":"c0ffee00c0ffee00c0ffee00c0ffee01",
 "card_template_id":"7e3a7e3a7e3a7e3a7e3a7e3a7e3a7e3a","out_card_code":"CARD2026030400000001",
 "appid":"wx0123456789abcdef","mchid":"1234567891","state":"UNFINISHED","unfinished_reason":"DUE_TO_QUIT",
 "total_amount":1000,"pay_information":{"pay_amount":1000,"pay_state":"PAID",
 "transaction_id":"4200000000202604060000000009","pay_time":"2026-04-06T02:15:08.000+08:00"}}"#;

const CARD_ENDED: &str = r#"{"openid":"oTest-1","card_id":"c1","card_template_id":"t1","out_card_code":"CARD1",
 "appid":"wx1","mchid":"1234567891","state":"FINISHED","total_amount":2000,"sharer_openid":"oTest-2",
 "time_range":{"begin_time":"2026-03-04T08:00:00.12+08:00","end_time":"2026-04-03T23:59:59.120+08:00"},
 "create_time":"2026-03-04T08:00:00.000+08:00",
 "objectives":[{"objective_id":"10001","name":"30天购买4次","count":4,"unit":"次","objective_completion_records":[
  {"objective_completion_serial_no":"S1","objective_id":"10001","completion_time":"2026-03-05T08:00:00.000+08:00",
   "completion_type":"INCREASE","description":"购买","completion_count":1,"remark":"r"}]}],
 "rewards":[{"reward_id":"20001","name":"每单减5元","count_type":"COUNT_LIMIT","count":4,"unit":"张","amount":2000,
  "reward_usage_records":[{"reward_usage_serial_no":"U1","reward_id":"20001",
   "usage_time":"2026-03-05T08:00:00.000+08:00","usage_type":"DECREASE","description":"退货","usage_count":1,
   "amount":500}]}]}"#;

const OLD_CARD: &str = r#"{"appid":"wx1","card_begin_time":"20200101000000","card_end_time":"20200201000000",
 "card_name":"n","card_objectives":[{"objective_id":123456,"name":"o","count":1,"unit":"次","description":"d"}],
 "card_rewards":[{"reward_id":123457,"name":"r","count":1,"unit":"次","amount":100,"description":"d"}],
 "create_time":"2020-01-01T08:00:00+08:00","discount_card_id":"d1","estimated_reward_amount":100,
 "objective_description":"x","reward_description":"y","openid":"oTest-1","order_id":"1","out_order_no":"2",
 "out_trade_no":"3","service_id":"4","state":"CREATED"}"#;

const OLD_SETTLEMENT: &str = r#"{"appid":"wx1","openid":"oTest-1","order_id":"1","out_order_no":"2","state":"CHARGED",
 "objectives":[{"objective_serial_no":"s","objective_id":123456,"performance_description":"p",
  "performance_type":"INCREASE","count":1,"performance_time":"20200102000000","remark":"m","name":"n","unit":"u"}],
 "rewards":[{"reward_serial_no":"t","reward_id":123457,"reward_type":"INCREASE","count":1,"amount":10,
  "reward_time":"20200102000000"}],
 "total_amount":10,"deduction_amount":0,"settlement_amount":10,"pay_time":"20200203000000","transaction_id":"42"}"#;

const SHARING: &str = r#"{"mchid":"1234567891","transaction_id":"4200000000202603011000000001",
 "order_id":"30000000002026030100000000001","out_order_no":"PS2026030100000001","receiver":{"type":"MERCHANT_ID",
 "account":"1900000109","amount":1990,"description":"门店分账"},"success_time":"2026-03-01T10:04:59+08:00"}"#;

const SHARING_LIST: &str = r#"{"sp_mchid":"1900000100","sub_mchid":"1900000200","transaction_id":"42","order_id":"30",
 "out_order_no":"PS1","receivers":[{"type":"MERCHANT_ID","account":"1900000109","amount":1990,"description":"d"}],
 "success_time":"2026-03-01T10:04:59+08:00"}"#;

const MEMBER_CARD: &str = r#"{"event_type":"MEMBER_CARD_ACTIVATE","event_time":"2026-03-05T10:35:53+08:00",
 "openid":"oTest-openid-000000000000001","unionid":"uTest-unionid-0000000000001",
 "card_id":"pTESTcard000000000000000001","code":"289560490049","activate_scene":"NEW_ACTIVATE",
 "outer_str":"store_0755_01"}"#;

const BRAND_CARD: &str = r#"{"brand_id":"b1","card_id":"c1","user_card_code":"u1","user_card_state":"EFFECTIVE",
 "openid":"oTest-1","phone_number":"13800000000","level":"gold","pickup_time":"2026-03-05T10:35:53+08:00",
 "valid_date_information":{"type":"FIX_TERM","available_day_after_receive":"365"},
 "user_information":{"common_field_list":[{"name":"USER_FORM_INFO_FLAG_MOBILE","value":"13800000000"}],
 "custom_field_list":[{"name":"hobby","user_chosen_values":["tea"]}]},"attach":"a"}"#;

const PERMISSION: &str = r#"{"appid":"wx1","mchid":"1234567891","service_id":"s1","openid":"oTest-1",
 "user_service_status":"USER_CLOSE_SERVICE","openorclose_time":"20260305103553","authorization_code":"a1"}"#;

const PAYSCORE: &str = r#"{"appid":"wx1","mchid":"1234567891","service_id":"s1","out_order_no":"P1","openid":"oTest-1",
 "state":"DONE","state_description":"MCH_COMPLETE","total_amount":"40000","service_introduction":"i",
 "post_payments":[{"name":"n","amount":40000,"count":1}],"post_discounts":[{"name":"d","amount":100}],
 "risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":50000,"description":"d"},
 "time_range":{"start_time":"20260305103553","end_time":"20260306103553"},"location":{"start_location":"l"},
 "attach":"a","order_id":"15646546545165651651","need_collection":true,
 "collection":{"state":"USER_PAID","total_amount":40000,"paying_amount":0,"paid_amount":40000,"details":[
 {"seq":1,"amount":40000,"paid_type":"NEWTON","paid_time":"20260306103553","transaction_id":"42",
  "promotion_detail":[{"coupon_id":"1"}]}]}}"#;

const MALL_JOINED: &str = r#"{"openid":"oTest-1","code":"478515832665","mchid":"1234567891",
 "auth_type":"REGISTERED_MODE "}"#;

const MALL_PAYMENT: &str = r#"{"mchid":"1234567891","merchant_name":"微信支付","shop_name":"超市","shop_number":"123",
 "appid":"wx1","openid":"oTest-1","amount":100,"time_end":"2026-03-05T10:35:53+08:00","transaction_id":"42"}"#;

const MALL_REFUND: &str = r#"{"mchid":"1234567891","merchant_name":"微信支付","shop_name":"超市","shop_number":"123",
 "appid":"wx1","openid":"oTest-1","refund_time":"2026-03-05T10:35:53+08:00","pay_amount":100,"refund_amount":50,
 "transaction_id":"42","refund_id":"503"}"#;
