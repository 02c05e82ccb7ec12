//! The rules of an order.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen};

use super::commands::{Cancel, OrderCommand, Place, RegisterPayment, attempt_key, transaction_key};
use super::events::{Cancelled, CloseRequested, OrderEvent, PaymentRegistered, Placed};
use super::refusal::OrderRefusal;
use super::state::OrderState;
use super::{facts, pricing};

/// Claim scope of attempts: an attempt belongs to one order.
pub const ATTEMPT: &str = "order.attempt";
/// Claim scope of payments: a transaction belongs to one order.
pub const TRANSACTION: &str = "order.transaction";

/// An order.
#[derive(Debug)]
pub struct Order;

impl Decider for Order {
    const TYPE: &'static str = "order";
    type State = OrderState;
    type Command = OrderCommand;
    type Event = OrderEvent;
    type Refusal = OrderRefusal;

    fn decide(state: &OrderState, command: &OrderCommand) -> Result<Vec<OrderEvent>, OrderRefusal> {
        if let OrderCommand::Place(place) = command {
            return self::place(state, place);
        }
        let placed = state.placed.as_deref().ok_or(OrderRefusal::Unknown)?;
        match command {
            OrderCommand::Place(_) => Ok(Vec::new()),
            OrderCommand::RegisterPayment(attempt) => register(state, placed, attempt),
            OrderCommand::RecordPayment(fact) => facts::payment(state, placed, fact),
            OrderCommand::RecordRefund(fact) => facts::refund(state, placed, fact),
            OrderCommand::Cancel(cancel) => self::cancel(state, cancel),
        }
    }

    fn evolve(state: &mut OrderState, event: &OrderEvent) {
        state.apply(event);
    }

    fn claims(event: &OrderEvent) -> Vec<ClaimChange> {
        match event {
            OrderEvent::PaymentRegistered(attempt) => {
                let key = attempt_key(&attempt.mchid, &attempt.out_trade_no);
                vec![ClaimChange::Take(ClaimKey::open(ATTEMPT, key))]
            }
            OrderEvent::PaymentCaptured(payment) => {
                let key = transaction_key(&payment.provider, &payment.transaction_id);
                vec![ClaimChange::Take(ClaimKey::open(TRANSACTION, key))]
            }
            _ => Vec::new(),
        }
    }
}

fn place(state: &OrderState, place: &Place) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let priced = pricing::price(&place.pricing)?;
    let placed = Placed {
        kind: place.kind,
        channel: place.channel.clone(),
        store_id: place.store_id.clone(),
        time_zone: place.time_zone.clone(),
        placed_at: place.placed_at,
        member_id: place.member_id.clone(),
        guide: place.guide.clone(),
        lines: priced.lines,
        coupons: priced.coupons,
        totals: priced.totals,
        imported: matches!(place.pricing, super::Pricing::Imported(_)),
        test: place.test,
    };
    if let Some(before) = &state.placed {
        return if **before == placed {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::AlreadyPlaced)
        };
    }
    let nothing_to_pay = placed.totals.payable_fen <= Fen::ZERO;
    let paid = nothing_to_pay.then(|| facts::paid_at_placing(&placed));
    let mut events: Vec<OrderEvent> = vec![placed.into()];
    events.extend(paid.map(OrderEvent::from));
    Ok(events)
}

fn register(
    state: &OrderState,
    placed: &Placed,
    attempt: &RegisterPayment,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let registered = PaymentRegistered {
        provider: attempt.provider.clone(),
        mchid: attempt.mchid.clone(),
        appid: attempt.appid.clone(),
        out_trade_no: attempt.out_trade_no.clone(),
        amount_fen: attempt.amount_fen,
        expires_at: attempt.expires_at,
    };
    let key = attempt_key(&attempt.mchid, &attempt.out_trade_no);
    if let Some(known) = state.attempts.get(&key) {
        return if *known == registered {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::AttemptConflict(key))
        };
    }
    if !facts::is_amount(attempt.amount_fen) {
        return Err(OrderRefusal::AttemptAmount);
    }
    if state.cancelled {
        return Err(OrderRefusal::AlreadyCancelled);
    }
    if state.paid.is_some() || placed.totals.payable_fen <= Fen::ZERO {
        return Err(OrderRefusal::AlreadyPaid);
    }
    Ok(vec![registered.into()])
}

/// Open attempts are closed by instruction before the order is called off, so that nobody pays into the void; an attempt
/// that was paid is closed already. Money that came and went back again does not keep an order alive.
fn cancel(state: &OrderState, cancel: &Cancel) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if state.cancelled {
        return Ok(Vec::new());
    }
    if state.paid.is_some() || state.captured_fen() > state.refunded_fen() {
        return Err(OrderRefusal::AlreadyPaid);
    }
    let open = state
        .attempts
        .values()
        .filter(|attempt| !state.is_paid_attempt(attempt));
    let mut events: Vec<OrderEvent> = open
        .map(|attempt| {
            CloseRequested {
                provider: attempt.provider.clone(),
                mchid: attempt.mchid.clone(),
                out_trade_no: attempt.out_trade_no.clone(),
            }
            .into()
        })
        .collect();
    events.push(
        Cancelled {
            reason: cancel.reason.clone(),
            cancelled_at: cancel.cancelled_at,
            coupons: state.coupons(),
        }
        .into(),
    );
    Ok(events)
}
