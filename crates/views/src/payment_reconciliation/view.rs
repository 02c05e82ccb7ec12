//! The fold: a row per payment and per state of a refund.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::ids::RefundId;
use guanxi_domain::order::{Mismatch, OrderEvent};
use guanxi_domain::suspense::{MoneyFact, SuspenseEvent};
use guanxi_event_store::{Column, ReportingView, View};
use guanxi_kernel::{Fen, Recorded, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Payments and refunds beside orders.
#[derive(Debug)]
pub struct PaymentReconciliation;

/// Which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyKind {
    /// To us.
    Payment,
    /// Back.
    Refund,
}

/// How far it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyState {
    /// Its order is not known.
    Parked,
    /// Its order is known and will record it.
    Claimed,
    /// Another account received it.
    Mismatched,
    /// Its order has recorded it.
    Recorded,
}

/// One payment, or one state of a refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// Which way.
    pub kind: MoneyKind,
    /// How far.
    pub state: MoneyState,
    /// The order, once known.
    pub order_id: Option<String>,
    /// Who says so.
    pub provider: String,
    /// The provider's number.
    pub number: String,
    /// Who received or gave it.
    pub mchid: Option<String>,
    /// The attempt.
    pub out_trade_no: Option<String>,
    /// Order value.
    pub amount_fen: Fen,
    /// What the attempt asked for, where it differs.
    pub announced_fen: Option<Fen>,
    /// The part that was too much.
    pub surplus_fen: Fen,
    /// What became of a refund: `succeeded`, `closed`, `abnormal`.
    pub refund_status: Option<String>,
    /// When it succeeded.
    pub succeeded_at: Option<Timestamp>,
}

impl View for PaymentReconciliation {
    const NAME: &'static str = "payment_reconciliation";
    const VERSION: u32 = 1;
    type Event = GuanxiEvent;
    /// `payment/provider/number`, or `refund/provider/number/status`.
    type Key = String;
    type Row = Money;

    fn keys(&self, event: &Recorded<GuanxiEvent>) -> Vec<String> {
        key(event).into_iter().collect()
    }

    fn evolve(&self, _: &String, row: Option<Money>, event: &Recorded<GuanxiEvent>) -> Option<Money> {
        let Some(mut money) = money(event) else {
            return row;
        };
        if let Some(before) = row {
            money.order_id = money.order_id.or(before.order_id);
            money.mchid = money.mchid.or(before.mchid);
            money.out_trade_no = money.out_trade_no.or(before.out_trade_no);
            money.announced_fen = money.announced_fen.or(before.announced_fen);
            money.succeeded_at = money.succeeded_at.or(before.succeeded_at);
            // A mismatch of the amount is told before the payment is recorded; a recorded one never goes back.
            money.state = money.state.max(before.state);
        }
        Some(money)
    }

    fn indexes(&self) -> Vec<&'static str> {
        vec![
            "{rows} (key collate \"C\")",
            "{rows} ((row ->> 'order_id'))",
            "{rows} ((row ->> 'state'))",
        ]
    }

    fn reporting(&self) -> Vec<ReportingView> {
        let column = |name, sql, comment| Column::new(name, sql, comment);
        vec![ReportingView {
            name: "payment_reconciliation",
            comment: "A payment or a state of a refund, and whether it found its order.",
            from: "{rows}",
            columns: vec![
                column("kind", "row ->> 'kind'", "payment or refund."),
                column(
                    "state",
                    "row ->> 'state'",
                    "parked, claimed, mismatched or recorded.",
                ),
                column("order_id", "row ->> 'order_id'", "The order, once known."),
                column("provider", "row ->> 'provider'", "Who says so."),
                column("number", "row ->> 'number'", "The provider's number."),
                column("mchid", "row ->> 'mchid'", "The merchant account."),
                column(
                    "out_trade_no",
                    "row ->> 'out_trade_no'",
                    "Our number of the attempt.",
                ),
                column(
                    "amount_fen",
                    "(row ->> 'amount_fen')::bigint",
                    "Order value of the payment or refund.",
                ),
                column(
                    "announced_fen",
                    "(row ->> 'announced_fen')::bigint",
                    "What the attempt asked for, where it differs.",
                ),
                column(
                    "surplus_fen",
                    "(row ->> 'surplus_fen')::bigint",
                    "The part beyond what was to pay.",
                ),
                column(
                    "refund_status",
                    "row ->> 'refund_status'",
                    "succeeded, closed or abnormal.",
                ),
                column(
                    "succeeded_at",
                    "(row ->> 'succeeded_at')::timestamptz",
                    "Success time at the provider.",
                ),
                column(
                    "as_of_position",
                    "position",
                    "Log position of the last event that changed the row.",
                ),
            ],
        }]
    }
}

/// By which key an event's money is known; told without what else is said of it, since most events are of no money.
fn key(event: &Recorded<GuanxiEvent>) -> Option<String> {
    let order = match event.own()? {
        GuanxiEvent::Suspense(SuspenseEvent::PaymentParked(parked)) => return Some(parked.money.key()),
        GuanxiEvent::Suspense(SuspenseEvent::PaymentClaimed(claimed)) => return Some(claimed.money.key()),
        GuanxiEvent::Order(order) => order,
        _ => return None,
    };
    let refund = |provider, id: &RefundId, status| Some(format!("refund/{provider}/{id}/{status}"));
    match order {
        OrderEvent::PaymentCaptured(it) => Some(format!("payment/{}/{}", it.provider, it.transaction_id)),
        OrderEvent::PaymentMismatched(it) => Some(format!("payment/{}/{}", it.provider, it.transaction_id)),
        OrderEvent::RefundSucceeded(it) => refund(&it.provider, &it.refund_id, "succeeded"),
        OrderEvent::RefundFailed(it) => refund(&it.provider, &it.refund_id, "closed"),
        OrderEvent::RefundAbnormal(it) => refund(&it.provider, &it.refund_id, "abnormal"),
        _ => None,
    }
}

fn money(event: &Recorded<GuanxiEvent>) -> Option<Money> {
    match event.own()? {
        GuanxiEvent::Suspense(SuspenseEvent::PaymentParked(parked)) => {
            Some(of_fact(&parked.money, MoneyState::Parked, None))
        }
        GuanxiEvent::Suspense(SuspenseEvent::PaymentClaimed(claimed)) => Some(of_fact(
            &claimed.money,
            MoneyState::Claimed,
            Some(claimed.order_id.to_string()),
        )),
        GuanxiEvent::Order(order) => of_order(order, event.stream.aggregate_id.as_ref()),
        _ => None,
    }
}

fn of_fact(fact: &MoneyFact, state: MoneyState, order_id: Option<String>) -> Money {
    let money = match fact {
        MoneyFact::Payment(payment) => Money {
            mchid: payment.mchid.as_ref().map(ToString::to_string),
            out_trade_no: payment.out_trade_no.as_ref().map(ToString::to_string),
            succeeded_at: Some(payment.succeeded_at),
            ..payment_of(
                &payment.provider,
                payment.transaction_id.as_str(),
                payment.amount_fen,
            )
        },
        MoneyFact::Refund(refund) => Money {
            mchid: refund.mchid.as_ref().map(ToString::to_string),
            out_trade_no: refund.out_trade_no.as_ref().map(ToString::to_string),
            refund_status: fact.key().rsplit('/').next().map(str::to_owned),
            succeeded_at: refund.succeeded_at,
            kind: MoneyKind::Refund,
            ..payment_of(&refund.provider, refund.refund_id.as_str(), refund.amount_fen)
        },
    };
    Money {
        state,
        order_id,
        ..money
    }
}

fn of_order(event: &OrderEvent, order_id: &str) -> Option<Money> {
    let money = match event {
        OrderEvent::PaymentCaptured(payment) => {
            let (provider, number) = (&payment.provider, payment.transaction_id.as_str());
            Money {
                mchid: payment.mchid.as_ref().map(ToString::to_string),
                out_trade_no: payment.out_trade_no.as_ref().map(ToString::to_string),
                surplus_fen: payment.surplus_fen,
                succeeded_at: Some(payment.succeeded_at),
                ..payment_of(provider, number, payment.amount_fen)
            }
        }
        OrderEvent::PaymentMismatched(payment) => {
            let (provider, number) = (&payment.provider, payment.transaction_id.as_str());
            let elsewhere = payment.mismatch == Mismatch::Payee;
            Money {
                state: if elsewhere {
                    MoneyState::Mismatched
                } else {
                    MoneyState::Claimed
                },
                mchid: payment.mchid.as_ref().map(ToString::to_string),
                out_trade_no: payment.out_trade_no.as_ref().map(ToString::to_string),
                announced_fen: payment.announced_fen,
                succeeded_at: Some(payment.succeeded_at),
                ..payment_of(provider, number, payment.amount_fen)
            }
        }
        OrderEvent::RefundSucceeded(done) => {
            let at = Some(done.succeeded_at);
            refund_of(
                &done.provider,
                done.refund_id.as_str(),
                done.amount_fen,
                "succeeded",
                at,
            )
        }
        OrderEvent::RefundFailed(done) => refund_of(
            &done.provider,
            done.refund_id.as_str(),
            done.amount_fen,
            "closed",
            None,
        ),
        OrderEvent::RefundAbnormal(done) => refund_of(
            &done.provider,
            done.refund_id.as_str(),
            done.amount_fen,
            "abnormal",
            None,
        ),
        _ => return None,
    };
    Some(Money {
        order_id: Some(order_id.to_owned()),
        ..money
    })
}

fn refund_of(
    provider: &str,
    id: &str,
    amount_fen: Fen,
    status: &str,
    succeeded_at: Option<Timestamp>,
) -> Money {
    Money {
        kind: MoneyKind::Refund,
        refund_status: Some(status.to_owned()),
        succeeded_at,
        ..payment_of(provider, id, amount_fen)
    }
}

fn payment_of(provider: &str, number: &str, amount_fen: Fen) -> Money {
    Money {
        kind: MoneyKind::Payment,
        state: MoneyState::Recorded,
        order_id: None,
        provider: provider.to_owned(),
        number: number.to_owned(),
        mchid: None,
        out_trade_no: None,
        amount_fen,
        announced_fen: None,
        surplus_fen: Fen::ZERO,
        refund_status: None,
        succeeded_at: None,
    }
}
