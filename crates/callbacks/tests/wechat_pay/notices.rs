//! Opened notices of payments and refunds, short.

use guanxi_callbacks::wechat_pay::Body;
use guanxi_callbacks::wechat_pay::facts::{Fact, facts};
use serde_json::{Value, json};

use super::house::MERCHANT;

/// When the notice was made.
pub const MADE: &str = "2026-03-02T09:30:01+08:00";

pub fn payment_json(out_trade_no: &str, transaction_id: &str, total: i64, openid: &str) -> Value {
    json!({"mchid": MERCHANT, "appid": "wx1", "out_trade_no": out_trade_no, "transaction_id": transaction_id,
        "trade_type": "JSAPI", "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS",
        "success_time": "2026-03-01T10:00:02+08:00", "payer": {"openid": openid},
        "amount": {"total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY"}})
}

pub fn refund_json(
    out_trade_no: &str,
    transaction_id: &str,
    refund_id: &str,
    fen: i64,
    status: &str,
) -> Value {
    json!({"mchid": MERCHANT, "out_trade_no": out_trade_no, "transaction_id": transaction_id,
        "out_refund_no": format!("R{refund_id}"), "refund_id": refund_id, "refund_status": status,
        "success_time": "2026-03-02T09:30:00+08:00", "user_received_account": "支付用户零钱",
        "amount": {"total": 10_000, "refund": fen, "payer_total": 10_000, "payer_refund": fen}})
}

pub fn payment(out_trade_no: &str, transaction_id: &str, total: i64, openid: &str) -> Fact {
    only(
        "TRANSACTION.SUCCESS",
        &payment_json(out_trade_no, transaction_id, total, openid),
    )
}

pub fn refund(out_trade_no: &str, transaction_id: &str, refund_id: &str, fen: i64, status: &str) -> Fact {
    only(
        "REFUND.SUCCESS",
        &refund_json(out_trade_no, transaction_id, refund_id, fen, status),
    )
}

fn only(event_type: &str, body: &Value) -> Fact {
    let body = Body::read(event_type, &body.to_string()).unwrap();
    facts(&body, MERCHANT, MADE).unwrap().remove(0)
}
