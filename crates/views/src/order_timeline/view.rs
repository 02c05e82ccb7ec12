//! The fold: a row per order, a step per event.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::order::{OrderEvent, OrderStatus};
use guanxi_event_store::{Column, ReportingView, View};
use guanxi_kernel::{BusinessDate, Fen, Recorded, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::steps;

/// All steps of each order.
#[derive(Debug)]
pub struct OrderTimeline;

/// One order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Where it stands.
    pub status: OrderStatus,
    /// Whose sale it is.
    pub store_id: Option<String>,
    /// Through which channel.
    pub channel: Option<String>,
    /// Whose order it is.
    pub member_id: Option<String>,
    /// What is to pay; nothing before it was placed.
    pub payable_fen: Option<Fen>,
    /// Day on which it became paid.
    pub business_date: Option<BusinessDate>,
    /// What came, surplus included.
    pub captured_fen: Fen,
    /// What came beyond the payable.
    pub surplus_fen: Fen,
    /// What went back.
    pub refunded_fen: Fen,
    /// Called off.
    pub cancelled: bool,
    /// What happened, in the order of the log.
    pub steps: Vec<Step>,
}

/// One event that names the order, whichever stream it lies on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// The number by which others know it: attempt, transaction, refund, campaign.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<String>,
}

impl View for OrderTimeline {
    const NAME: &'static str = "order_timeline";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    type Key = String;
    type Row = Timeline;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        steps::order_of(event).into_iter().collect()
    }

    fn evolve(&self, _: &String, row: Option<Timeline>, event: &Recorded<GuanxiEvent>) -> Option<Timeline> {
        let mut timeline = row.unwrap_or_default();
        timeline.steps.push(steps::step(event));
        if let Some(GuanxiEvent::Order(order)) = event.own() {
            timeline.apply(order);
        }
        Some(timeline)
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec!["{rows} (key collate \"C\")", "{rows} ((row ->> 'member_id'))"]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        vec![
            orders(),
            ReportingView {
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
                        "The number by which others know it: attempt, transaction, refund, campaign.",
                    ),
                ],
            },
        ]
    }
}

/// A line per order.
fn orders() -> ReportingView {
    ReportingView {
        name: "orders",
        comment: "Where each order stands: a line per order.",
        from: "{rows}",
        columns: vec![
            Column::new("order_id", "key", "The order."),
            Column::new(
                "status",
                "row ->> 'status'",
                "awaiting_payment, partly_paid, paid, partly_refunded, refunded, cancelled; unknown before it was placed.",
            ),
            Column::new("store_id", "row ->> 'store_id'", "Whose sale it is."),
            Column::new("channel", "row ->> 'channel'", "Where it came about."),
            Column::new(
                "member_id",
                "row ->> 'member_id'",
                "Whose order it is; null where nobody is known.",
            ),
            Column::new(
                "business_date",
                "(row ->> 'business_date')::date",
                "Day on which it became paid, at its store.",
            ),
            Column::new(
                "payable_fen",
                "(row ->> 'payable_fen')::bigint",
                "What was to pay.",
            ),
            Column::new(
                "captured_fen",
                "(row ->> 'captured_fen')::bigint",
                "What came, surplus included.",
            ),
            Column::new(
                "surplus_fen",
                "(row ->> 'surplus_fen')::bigint",
                "What came beyond the payable.",
            ),
            Column::new(
                "refunded_fen",
                "(row ->> 'refunded_fen')::bigint",
                "What went back, surplus included.",
            ),
            Column::new(
                "as_of_position",
                "position",
                "Log position of the last event that names it.",
            ),
        ],
    }
}

impl Timeline {
    fn apply(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed(placed) => {
                self.store_id = Some(placed.store_id.to_string());
                self.channel = Some(placed.channel.to_string());
                self.member_id = placed.member_id.as_ref().map(ToString::to_string);
                self.payable_fen = Some(placed.totals.payable_fen);
            }
            OrderEvent::PaymentCaptured(payment) => {
                self.captured_fen += payment.amount_fen;
                self.surplus_fen += payment.surplus_fen;
            }
            OrderEvent::Paid(paid) => {
                self.member_id = paid.member_id.as_ref().map(ToString::to_string);
                self.business_date = Some(paid.business_date);
            }
            OrderEvent::RefundSucceeded(refund) => self.refunded_fen += refund.amount_fen,
            OrderEvent::Cancelled(_) => self.cancelled = true,
            _ => {}
        }
        self.status = OrderStatus::of(
            self.payable_fen,
            self.captured_fen,
            self.refunded_fen,
            self.cancelled,
        );
    }
}
