//! What outsiders may know of an order: goods, amounts and every instruction about money.

use crate::order::OrderEvent;

const PLACED: &[&str] = &[
    "kind",
    "channel",
    "store_id",
    "time_zone",
    "placed_at",
    "member_id",
    "guide",
    "lines",
    "coupons",
    "totals",
    "imported",
    "test",
];
const CAPTURED: &[&str] = &[
    "tender",
    "provider",
    "transaction_id",
    "mchid",
    "out_trade_no",
    "amount_fen",
    "payer_total_fen",
    "surplus_fen",
    "succeeded_at",
    "business_date",
    "store_id",
    "channel",
    "member_id",
    "test",
];
const MISMATCHED: &[&str] = &[
    "mismatch",
    "provider",
    "transaction_id",
    "mchid",
    "out_trade_no",
    "amount_fen",
    "announced_fen",
    "succeeded_at",
];
const PAID: &[&str] = &[
    "paid_at",
    "business_date",
    "kind",
    "store_id",
    "channel",
    "member_id",
    "totals",
    "coupons",
    "guide",
    "tenders",
    "refunded_before_fen",
    "test",
];
const REFUNDED: &[&str] = &[
    "provider",
    "refund_id",
    "out_refund_no",
    "transaction_id",
    "amount_fen",
    "payer_refund_fen",
    "succeeded_at",
    "business_date",
    "sale_date",
    "of_surplus",
    "store_id",
    "channel",
    "member_id",
    "test",
];

pub(super) fn fields(event: &OrderEvent) -> &'static [&'static str] {
    match event {
        OrderEvent::Placed(_) => PLACED,
        OrderEvent::PaymentRegistered(_) => &[
            "provider",
            "mchid",
            "appid",
            "out_trade_no",
            "amount_fen",
            "expires_at",
        ],
        OrderEvent::PaymentCaptured(_) => CAPTURED,
        OrderEvent::PaymentMismatched(_) => MISMATCHED,
        OrderEvent::SurplusCaptured(_) => &["provider", "transaction_id", "surplus_fen", "business_date"],
        OrderEvent::Paid(_) => PAID,
        OrderEvent::CloseRequested(_) => &["provider", "mchid", "out_trade_no"],
        OrderEvent::Cancelled(_) => &["reason", "cancelled_at", "coupons"],
        OrderEvent::RefundRequested(_) => &[
            "out_refund_no",
            "provider",
            "transaction_id",
            "amount_fen",
            "payment_fen",
            "reason",
        ],
        OrderEvent::RefundSucceeded(_) => REFUNDED,
        OrderEvent::RefundFailed(_) | OrderEvent::RefundAbnormal(_) => &[
            "provider",
            "refund_id",
            "out_refund_no",
            "transaction_id",
            "amount_fen",
        ],
    }
}
