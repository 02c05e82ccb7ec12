//! The fold: a row per instruction, by its number.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::ids::{MerchantId, OutTradeNo};
use guanxi_domain::order::{
    AttemptRef, OrderEvent, RefundReason, RefundRequested, close_number, query_number, refund_number,
};
use guanxi_event_store::{Column, ReportingView, View};
use guanxi_kernel::Recorded;

use super::{Instruction, InstructionStatus};

/// Instructions to the payment service.
#[derive(Debug)]
pub struct WorkList;

impl View for WorkList {
    const NAME: &'static str = "work_list";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// The instruction's number.
    type Key = String;
    type Row = Instruction;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        let Some(GuanxiEvent::Order(event)) = event.own() else {
            return Vec::new();
        };
        match event {
            OrderEvent::CloseRequested(it) => vec![close_number(&named(&it.mchid, &it.out_trade_no))],
            OrderEvent::QueryRequested(it) => vec![query_number(&named(&it.mchid, &it.out_trade_no))],
            OrderEvent::Closed(it) => both(&named(&it.mchid, &it.out_trade_no)),
            OrderEvent::PaymentCaptured(it) => match (&it.mchid, &it.out_trade_no) {
                (Some(mchid), Some(out_trade_no)) => both(&named(mchid, out_trade_no)),
                _ => Vec::new(),
            },
            OrderEvent::RefundRequested(it) => vec![refund_number(&it.out_refund_no)],
            OrderEvent::RefundSucceeded(it) => vec![refund_number(&it.out_refund_no)],
            OrderEvent::RefundFailed(it) => vec![refund_number(&it.out_refund_no)],
            OrderEvent::RefundAbnormal(it) => vec![refund_number(&it.out_refund_no)],
            OrderEvent::InstructionNoted(it) => vec![it.number.clone()],
            _ => Vec::new(),
        }
    }

    fn evolve(
        &self,
        _: &String,
        row: Option<Instruction>,
        event: &Recorded<GuanxiEvent>,
    ) -> Option<Instruction> {
        let Some(GuanxiEvent::Order(told)) = event.own() else {
            return row;
        };
        let (order, position) = (&event.stream.aggregate_id, event.position);
        match told {
            // Asked for once more, now to call the order off: it stands here already.
            OrderEvent::CloseRequested(it) => row.or_else(|| Some(Instruction::close(order, it, position))),
            OrderEvent::QueryRequested(it) => row
                .filter(|row| row.status != InstructionStatus::Done)
                .or_else(|| Some(Instruction::query(order, it, position))),
            OrderEvent::RefundRequested(it) => {
                row.or_else(|| Some(Instruction::refund(order, it, reason(it), position)))
            }
            // What nobody gave an instruction for is no instruction's result.
            _ => row.map(|mut row| {
                apply(&mut row, told);
                row
            }),
        }
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} (((row ->> 'given_at_position')::bigint))",
            "{rows} ((row ->> 'status'), ((row ->> 'given_at_position')::bigint))",
        ]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        let column = |name, sql, comment| Column::new(name, sql, comment);
        vec![ReportingView {
            name: "work_list",
            comment: "An instruction to the payment service, and how far it is: a line per number.",
            from: "{rows}",
            columns: vec![
                column("number", "key", "Its number, which never changes."),
                column("kind", "row ->> 'kind'", "close, refund or query."),
                column(
                    "status",
                    "row ->> 'status'",
                    "open, acknowledged, trouble, done; failed where the provider has closed a refund.",
                ),
                column("order_id", "row ->> 'order_id'", "The order."),
                column("store_id", "row ->> 'store_id'", "Whose sale it is."),
                column("provider", "row ->> 'provider'", "At which provider."),
                column("reason", "row ->> 'reason'", "Why it was given."),
                column(
                    "amount_fen",
                    "(row ->> 'amount_fen')::bigint",
                    "What to give back, for a refund.",
                ),
                column(
                    "troubles",
                    "(row ->> 'troubles')::int",
                    "How often it could not be carried out.",
                ),
                column("trouble", "row ->> 'trouble'", "Why not, the last time."),
                column(
                    "retry_at",
                    "(row ->> 'retry_at')::timestamptz",
                    "When it is tried again.",
                ),
                column("result", "row ->> 'result'", "What came of it."),
                column(
                    "given_at_position",
                    "(row ->> 'given_at_position')::bigint",
                    "Log position at which it was given.",
                ),
                column(
                    "as_of_position",
                    "position",
                    "Log position of the last event that changed it.",
                ),
            ],
        }]
    }
}

fn apply(row: &mut Instruction, event: &OrderEvent) {
    match event {
        OrderEvent::Closed(_) => row.done("closed"),
        OrderEvent::PaymentCaptured(_) => row.done("paid"),
        OrderEvent::RefundSucceeded(_) => row.done("refunded"),
        OrderEvent::RefundFailed(_) => row.failed(),
        OrderEvent::RefundAbnormal(_) => row.hangs("abnormal", None),
        OrderEvent::InstructionNoted(it) => row.noted(&it.note, it.noted_at),
        _ => {}
    }
}

fn named(mchid: &MerchantId, out_trade_no: &OutTradeNo) -> AttemptRef {
    AttemptRef {
        mchid: mchid.clone(),
        out_trade_no: out_trade_no.clone(),
    }
}

fn both(attempt: &AttemptRef) -> Vec<String> {
    vec![close_number(attempt), query_number(attempt)]
}

fn reason(request: &RefundRequested) -> String {
    match (&request.ask, request.reason) {
        (Some(ask), _) => ask.reason.clone(),
        (None, RefundReason::Surplus) => "surplus".to_owned(),
        (None, RefundReason::AfterCancel) => "after_cancel".to_owned(),
        (None, RefundReason::Requested) => "requested".to_owned(),
    }
}
