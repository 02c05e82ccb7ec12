//! Giving an order up: first nobody can pay any more, then it is called off.

use guanxi_kernel::Fen;

use super::attempt_key;
use super::commands::{AttemptRef, Cancel, ConfirmClosed, RequestClose};
use super::events::{Cancelled, CloseRequested, Closed, OrderEvent, Placed, RefundReason};
use super::instructions::{mark, number, part_of};
use super::parts::Promised;
use super::refusal::OrderRefusal;
use super::state::{Attempt, OrderState};

/// Asks the provider to close what is open. An attempt that was paid or closed needs no closing; one that was asked for
/// is asked for again only when the order shall now be called off afterwards.
pub(super) fn request(
    state: &OrderState,
    placed: &Placed,
    request: &RequestClose,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let named = request.attempt.as_ref().map(key_of);
    if let Some(key) = &named {
        known(state, key)?;
    }
    if state.cancelled {
        return Ok(Vec::new());
    }
    if request.then_cancel && state.paid.is_some() {
        return Err(OrderRefusal::AlreadyPaid);
    }
    if request.then_cancel && state.open_attempts().next().is_none() {
        return cancel(state, placed, &at_once(request));
    }
    let news = request.then_cancel && state.cancelling.is_none();
    let wanted = state.open_attempts().filter(|(key, attempt)| {
        let meant = named.as_ref().is_none_or(|named| named == *key);
        meant && (!attempt.close_asked || news)
    });
    Ok(wanted
        .map(|(_, attempt)| close(placed, attempt, request).into())
        .collect())
}

/// Nobody can pay any more, so there is no answer to wait for.
fn at_once(request: &RequestClose) -> Cancel {
    Cancel {
        reason: request.reason.clone(),
        give_back: true,
        cancelled_at: request.requested_at,
    }
}

fn close(placed: &Placed, attempt: &Attempt, request: &RequestClose) -> CloseRequested {
    CloseRequested {
        provider: attempt.announced.provider.clone(),
        mchid: attempt.announced.mchid.clone(),
        out_trade_no: attempt.announced.out_trade_no.clone(),
        reason: request.reason.clone(),
        then_cancel: request.then_cancel,
        requested_at: request.requested_at,
        store_id: placed.store_id.clone(),
    }
}

/// Takes note that an attempt is closed. The provider closes what has expired without being asked, so that is a fact
/// as well; what was paid cannot be closed.
pub(super) fn confirm(state: &OrderState, report: &ConfirmClosed) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let key = attempt_key(&report.mchid, &report.out_trade_no);
    let attempt = known(state, &key)?;
    if attempt.closed {
        return Ok(Vec::new());
    }
    if state.is_paid_attempt(&attempt.announced) {
        return Err(OrderRefusal::AttemptPaid(key));
    }
    let others_open = state.open_attempts().any(|(other, _)| *other != key);
    let cancels = state.cancelling.as_ref();
    let cancels = cancels.filter(|_| !others_open && state.paid.is_none() && !state.cancelled);
    let closed = Closed {
        provider: attempt.announced.provider.clone(),
        mchid: report.mchid.clone(),
        out_trade_no: report.out_trade_no.clone(),
        closed_at: report.closed_at,
        cancels: cancels.cloned(),
    };
    Ok(vec![closed.into()])
}

/// Calls the order off, when nobody can pay any more. Money that came and went back again does not keep it alive.
pub(super) fn cancel(
    state: &OrderState,
    placed: &Placed,
    cancel: &Cancel,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if state.cancelled {
        return Ok(Vec::new());
    }
    let holds_money = state.captured_fen() > state.refunded_fen();
    if state.paid.is_some() || (holds_money && !cancel.give_back) {
        return Err(OrderRefusal::AlreadyPaid);
    }
    if state.open_attempts().next().is_some() {
        return Err(OrderRefusal::AttemptsOpen);
    }
    let cancelled = Cancelled {
        reason: cancel.reason.clone(),
        cancelled_at: cancel.cancelled_at,
        coupons: state.coupons(),
    };
    let mut events = vec![cancelled.into()];
    events.extend(give_parts_back(state, placed));
    Ok(events)
}

/// What had come goes back, payment by payment, as far as it has not been given back already.
fn give_parts_back(state: &OrderState, placed: &Placed) -> Vec<OrderEvent> {
    let promised = Promised::of(state);
    let parts = state.payments.iter().filter_map(|(key, payment)| {
        let left = payment.amount_fen - promised.of_payment(key);
        let number = number(
            mark(RefundReason::AfterCancel),
            &payment.provider,
            &payment.transaction_id,
        )?;
        (left > Fen::ZERO)
            .then(|| part_of(placed, state, payment, number, left, RefundReason::AfterCancel).into())
    });
    parts.collect()
}

fn key_of(attempt: &AttemptRef) -> String {
    attempt_key(&attempt.mchid, &attempt.out_trade_no)
}

fn known<'a>(state: &'a OrderState, key: &str) -> Result<&'a Attempt, OrderRefusal> {
    let attempt = state.attempts.get(key);
    attempt.ok_or_else(|| OrderRefusal::AttemptUnknown(key.to_owned()))
}
