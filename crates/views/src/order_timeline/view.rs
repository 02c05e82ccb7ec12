//! The fold: a row per order, a step per event.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{OrderEvent, OrderState, OrderStatus};
use guanxi_event_store::{Column, ReportingView, View};
use guanxi_kernel::{Decider, Fen, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

/// All steps of each order.
#[derive(Debug)]
pub struct OrderTimeline;

/// One order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Where it stands.
    pub status: OrderStatus,
    /// Whose sale it is.
    pub store_id: Option<String>,
    /// Through which channel.
    pub channel: Option<String>,
    /// Whose order it is.
    pub member_id: Option<String>,
    /// What is to pay.
    pub payable_fen: Fen,
    /// What came, surplus included.
    pub captured_fen: Fen,
    /// What came beyond the payable.
    pub surplus_fen: Fen,
    /// What went back.
    pub refunded_fen: Fen,
    /// What happened, in the order of the log.
    pub steps: Vec<Step>,
    /// The facts, from which the rest is computed.
    facts: OrderState,
}

/// One event of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Where it lies in the log.
    pub position: u64,
    /// Stored name of the event.
    pub event: String,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// The amount that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount_fen: Option<Fen>,
    /// The provider's number that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
}

impl View for OrderTimeline {
    const NAME: &'static str = "order_timeline";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = Timeline;

    fn keys(event: &Recorded<GuanxiEvent>) -> Vec<String> {
        match event.own() {
            Some(GuanxiEvent::Order(_)) => vec![event.stream.aggregate_id.to_string()],
            _ => Vec::new(),
        }
    }

    fn evolve(_: &String, row: Option<Timeline>, event: &Recorded<GuanxiEvent>) -> Option<Timeline> {
        let Some(GuanxiEvent::Order(order)) = event.own() else {
            return row;
        };
        let (mut facts, mut steps) = row.map(|row| (row.facts, row.steps)).unwrap_or_default();
        guanxi_domain::order::Order::evolve(&mut facts, order);
        steps.push(step(event, order));
        let placed = facts.placed.as_deref();
        Some(Timeline {
            status: facts.status(),
            store_id: placed.map(|placed| placed.store_id.to_string()),
            channel: placed.map(|placed| placed.channel.to_string()),
            member_id: facts.member_id.as_ref().map(ToString::to_string),
            payable_fen: placed.map(|placed| placed.totals.payable_fen).unwrap_or_default(),
            captured_fen: facts.captured_fen(),
            surplus_fen: facts.surplus_fen(),
            refunded_fen: facts.refunded_fen(),
            steps,
            facts,
        })
    }

    fn reporting() -> Vec<ReportingView> {
        vec![ReportingView {
            name: "order_timeline",
            comment: "A step of an order: one line per event, in the order of the log.",
            from: "{rows} r cross join lateral jsonb_array_elements(r.row -> 'steps') as step",
            columns: vec![
                Column::new("order_id", "r.key", "The order."),
                Column::new("status", "r.row ->> 'status'", "Where the order stands now."),
                Column::new("store_id", "r.row ->> 'store_id'", "Whose sale it is."),
                Column::new(
                    "position",
                    "(step ->> 'position')::bigint",
                    "Log position of the step.",
                ),
                Column::new("event", "step ->> 'event'", "Stored name of the event."),
                Column::new(
                    "occurred_at",
                    "(step ->> 'occurred_at')::timestamptz",
                    "When it happened in the world.",
                ),
                Column::new(
                    "amount_fen",
                    "(step ->> 'amount_fen')::bigint",
                    "The amount that it is about.",
                ),
                Column::new(
                    "number",
                    "step ->> 'number'",
                    "The provider's number that it is about.",
                ),
            ],
        }]
    }
}

fn step(event: &Recorded<GuanxiEvent>, order: &OrderEvent) -> Step {
    let (amount_fen, number) = match order {
        OrderEvent::Placed(placed) => (Some(placed.totals.payable_fen), None),
        OrderEvent::PaymentRegistered(attempt) => {
            (Some(attempt.amount_fen), Some(attempt.out_trade_no.to_string()))
        }
        OrderEvent::PaymentCaptured(payment) => {
            (Some(payment.amount_fen), Some(payment.transaction_id.to_string()))
        }
        OrderEvent::PaymentMismatched(payment) => {
            (Some(payment.amount_fen), Some(payment.transaction_id.to_string()))
        }
        OrderEvent::SurplusCaptured(surplus) => (
            Some(surplus.surplus_fen),
            Some(surplus.transaction_id.to_string()),
        ),
        OrderEvent::Paid(paid) => (Some(paid.totals.payable_fen), None),
        OrderEvent::CloseRequested(close) => (None, Some(close.out_trade_no.to_string())),
        OrderEvent::Cancelled(_) => (None, None),
        OrderEvent::RefundRequested(refund) => {
            (Some(refund.amount_fen), Some(refund.out_refund_no.to_string()))
        }
        OrderEvent::RefundSucceeded(refund) => (Some(refund.amount_fen), Some(refund.refund_id.to_string())),
        OrderEvent::RefundFailed(refund) => (Some(refund.amount_fen), Some(refund.refund_id.to_string())),
        OrderEvent::RefundAbnormal(refund) => (Some(refund.amount_fen), Some(refund.refund_id.to_string())),
    };
    Step {
        position: event.position,
        event: event.event_type.to_string(),
        occurred_at: event.metadata.occurred_at,
        amount_fen,
        number,
    }
}
