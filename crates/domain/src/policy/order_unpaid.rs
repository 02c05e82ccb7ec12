//! An order that nobody pays in time: first nobody can pay any more, then it is called off.
//!
//! An attempt that expires is closed. An order that reaches its deadline has all its attempts closed; when the last one
//! is, or when none was open, it is called off. If nothing is heard of a closing, the attempt is looked up. A part of the
//! money that comes meanwhile does not save the order: the rest has some time to come, then the part goes back.

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, Recorded, StreamRef, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::{MerchantId, OutTradeNo};
use crate::order::{AttemptRef, Cancel, Order, OrderCommand, OrderEvent, RequestClose, RequestQuery};
use crate::{GuanxiCommand, GuanxiEvent};

/// How long the payment service has to close an attempt, in seconds, until it is asked to look it up; and how long an
/// order that is closing waits for the rest when a part has come.
const ANSWER_AFTER: i64 = 15 * 60;

/// Order or attempt expired → closing asked for; all closed → order cancelled.
#[derive(Debug)]
pub struct OrderUnpaid;

/// What waits for its time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Waiting {
    /// The order is to be paid by then.
    Order { order: String },
    /// The attempt is to be paid by then.
    Attempt { order: String, attempt: AttemptRef },
    /// The closing is to be answered by then.
    Answer { order: String, attempt: AttemptRef },
    /// The rest is to come by then.
    Rest { order: String, reason: String },
}

impl Policy for OrderUnpaid {
    const NAME: &'static str = "order_unpaid";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Order(OrderEvent::Closed(closed))) = event.own() else {
            return Vec::new();
        };
        let cancel = closed.cancels.as_ref().map(|reason| {
            let command = cancel(reason, closed.closed_at);
            Reaction::new("cancel", event.stream.clone(), command.into())
        });
        cancel.into_iter().collect()
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let Some(GuanxiEvent::Order(event_of_order)) = event.own() else {
            return Vec::new();
        };
        let order = event.stream.aggregate_id.to_string();
        match event_of_order {
            OrderEvent::Placed(placed) => {
                let set = placed.expires_at.and_then(|at| set(Waiting::Order { order }, at));
                set.into_iter().collect()
            }
            OrderEvent::Paid(_) | OrderEvent::Cancelled(_) => {
                let rest = Waiting::Rest {
                    order: order.clone(),
                    reason: String::new(),
                };
                vec![over(&Waiting::Order { order }), over(&rest)]
            }
            OrderEvent::PaymentRegistered(it) => {
                let attempt = named(&it.mchid, &it.out_trade_no);
                let waiting = Waiting::Attempt { order, attempt };
                let set = it.expires_at.and_then(|at| set(waiting, at));
                set.into_iter().collect()
            }
            OrderEvent::CloseRequested(it) => {
                let attempt = named(&it.mchid, &it.out_trade_no);
                let set = later(it.requested_at).and_then(|at| set(Waiting::Answer { order, attempt }, at));
                set.into_iter().collect()
            }
            OrderEvent::Closed(it) => settled(order, named(&it.mchid, &it.out_trade_no)),
            OrderEvent::PaymentCaptured(it) => {
                let rest = it.cancels.clone().and_then(|reason| {
                    let order = order.clone();
                    set(Waiting::Rest { order, reason }, later(event.recorded_at)?)
                });
                let attempt = it.mchid.as_ref().zip(it.out_trade_no.as_ref());
                let settled = attempt.map(|(mchid, number)| settled(order, named(mchid, number)));
                settled.into_iter().flatten().chain(rest).collect()
            }
            _ => Vec::new(),
        }
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        let Ok(waiting) = deadline.payload::<Waiting>() else {
            return Vec::new();
        };
        let at = deadline.due_at;
        let close = |attempt, then_cancel, reason: &str| {
            OrderCommand::RequestClose(RequestClose {
                attempt,
                reason: reason.to_owned(),
                then_cancel,
                requested_at: at,
            })
        };
        let to = |purpose, order: &str, command: OrderCommand| {
            Reaction::new(purpose, StreamRef::new(Order::TYPE, order), command.into())
        };
        match waiting {
            // While an attempt is open the second is refused, and asked for again when the last one is closed.
            Waiting::Order { order } => vec![
                to("close", &order, close(None, true, "timeout")),
                to("cancel", &order, cancel("timeout", at)),
            ],
            Waiting::Attempt { order, attempt } => {
                vec![to("close", &order, close(Some(attempt), false, "expired"))]
            }
            Waiting::Rest { order, reason } => vec![to("give_up", &order, close(None, true, &reason))],
            Waiting::Answer { order, attempt } => {
                let command = OrderCommand::RequestQuery(RequestQuery {
                    attempt,
                    reason: "no_answer".to_owned(),
                    requested_at: at,
                });
                vec![to("query", &order, command)]
            }
        }
    }
}

/// What had been paid of it goes back: an order that is not paid in full is not delivered.
fn cancel(reason: &str, cancelled_at: Timestamp) -> OrderCommand {
    OrderCommand::Cancel(Cancel {
        reason: reason.to_owned(),
        give_back: true,
        cancelled_at,
    })
}

fn named(mchid: &MerchantId, out_trade_no: &OutTradeNo) -> AttemptRef {
    AttemptRef {
        mchid: mchid.clone(),
        out_trade_no: out_trade_no.clone(),
    }
}

fn key(waiting: &Waiting) -> String {
    match waiting {
        Waiting::Order { order } => format!("order/{order}"),
        Waiting::Rest { order, .. } => format!("rest/{order}"),
        Waiting::Attempt { order, attempt } => {
            format!("attempt/{order}/{}/{}", attempt.mchid, attempt.out_trade_no)
        }
        Waiting::Answer { order, attempt } => {
            format!("answer/{order}/{}/{}", attempt.mchid, attempt.out_trade_no)
        }
    }
}

fn set(waiting: Waiting, due_at: Timestamp) -> Option<DeadlineChange> {
    let key = key(&waiting);
    let payload = serde_json::to_value(waiting).ok()?;
    Some(DeadlineChange::Set { key, due_at, payload })
}

/// When an answer, or the rest, should have come.
fn later(than: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second(than.as_second().saturating_add(ANSWER_AFTER)).ok()
}

fn over(waiting: &Waiting) -> DeadlineChange {
    DeadlineChange::Cancel { key: key(waiting) }
}

/// Nothing is awaited of an attempt any more.
fn settled(order: String, attempt: AttemptRef) -> Vec<DeadlineChange> {
    let expiry = Waiting::Attempt {
        order: order.clone(),
        attempt: attempt.clone(),
    };
    vec![over(&expiry), over(&Waiting::Answer { order, attempt })]
}
