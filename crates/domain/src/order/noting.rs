//! Instructions to the payment service: looking an attempt up, and what the service says before a result is known.

use super::attempt_key;
use super::commands::{AttemptRef, NoteInstruction, RequestQuery, close_number, query_number, refund_number};
use super::events::{InstructionNoted, OrderEvent, Placed, QueryRequested};
use super::refusal::OrderRefusal;
use super::state::OrderState;

/// Asks for an attempt to be looked up, once, unless all is known of it: it was paid, or closed. The instruction stands
/// until then, so asking again gives no second one.
pub(super) fn query(
    state: &OrderState,
    placed: &Placed,
    request: &RequestQuery,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let AttemptRef { mchid, out_trade_no } = &request.attempt;
    let key = attempt_key(mchid, out_trade_no);
    let attempt = state.attempts.get(&key);
    let attempt = attempt.ok_or_else(|| OrderRefusal::AttemptUnknown(key.clone()))?;
    if attempt.query_asked || !state.open_attempts().any(|(open, _)| *open == key) {
        return Ok(Vec::new());
    }
    let asked = QueryRequested {
        provider: attempt.announced.provider.clone(),
        mchid: mchid.clone(),
        out_trade_no: out_trade_no.clone(),
        reason: request.reason.clone(),
        requested_at: request.requested_at,
        store_id: placed.store_id.clone(),
    };
    Ok(vec![asked.into()])
}

/// Notes what the payment service says; saying it again changes nothing.
pub(super) fn note(state: &OrderState, note: &NoteInstruction) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if !state.instructions().contains(&note.number) {
        return Err(OrderRefusal::InstructionUnknown(note.number.clone()));
    }
    if state.notes.get(&note.number) == Some(&note.note) {
        return Ok(Vec::new());
    }
    let noted = InstructionNoted {
        number: note.number.clone(),
        note: note.note.clone(),
        noted_at: note.noted_at,
    };
    Ok(vec![noted.into()])
}

impl OrderState {
    /// Every instruction that was given, by the number of the work list.
    #[must_use]
    pub fn instructions(&self) -> Vec<String> {
        let refunds = self.asked.keys().filter_map(|number| number.parse().ok());
        let refunds = refunds.map(|number| refund_number(&number));
        let attempts = self.attempts.values().flat_map(|attempt| {
            let named = AttemptRef {
                mchid: attempt.announced.mchid.clone(),
                out_trade_no: attempt.announced.out_trade_no.clone(),
            };
            let close = attempt.close_asked.then(|| close_number(&named));
            let query = attempt.query_asked.then(|| query_number(&named));
            [close, query].into_iter().flatten()
        });
        refunds.chain(attempts).collect()
    }
}
