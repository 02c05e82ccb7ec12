//! What outsiders may know of money without an order: how much, from where, under which number.

use crate::suspense::SuspenseEvent;

pub(super) fn fields(event: &SuspenseEvent) -> &'static [&'static str] {
    // A payment has no refund's fields and a refund no tender: each tells what it has.
    match event {
        SuspenseEvent::PaymentParked(_) => &[
            "mchid",
            "out_trade_no",
            "money.fact",
            "money.tender",
            "money.provider",
            "money.transaction_id",
            "money.refund_id",
            "money.out_refund_no",
            "money.amount_fen",
            "money.payer_total_fen",
            "money.payer_refund_fen",
            "money.status",
            "money.succeeded_at",
            "money.member_id",
        ],
        SuspenseEvent::PaymentClaimed(_) => &[
            "mchid",
            "out_trade_no",
            "order_id",
            "money.fact",
            "money.provider",
            "money.transaction_id",
            "money.refund_id",
            "money.amount_fen",
        ],
    }
}
