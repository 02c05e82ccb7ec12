//! Refunds as facts: what became of them, asked for by us or not, before or after their payment.

use guanxi_kernel::{Fen, Timestamp};

use super::books::Books;
use super::commands::{RecordRefund, RefundStatus, transaction_key};
use super::events::{OrderEvent, Placed, RefundAbnormal, RefundFailed, RefundReason, RefundSucceeded};
use super::evolve::refund_key;
use super::facts::is_amount;
use super::refusal::OrderRefusal;
use super::state::{OrderState, Refund};

/// Adds what is said of a refund.
pub(super) fn refund(
    state: &OrderState,
    placed: &Placed,
    fact: &RecordRefund,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if !is_amount(fact.amount_fen) {
        return Err(OrderRefusal::RefundAmount);
    }
    let key = refund_key(&fact.provider, &fact.refund_id);
    if let Some(known) = state.refunds.get(&key) {
        let payment = transaction_key(&fact.provider, &fact.transaction_id);
        if known.amount_fen != fact.amount_fen || known.payment != payment {
            return Err(OrderRefusal::RefundConflict(key));
        }
        if known.seen.contains(&fact.status) {
            return Ok(Vec::new());
        }
    }
    let (provider, refund_id) = (fact.provider.clone(), fact.refund_id.clone());
    let (out_refund_no, transaction_id) = (fact.out_refund_no.clone(), fact.transaction_id.clone());
    let amount_fen = fact.amount_fen;
    let event = match fact.status {
        RefundStatus::Succeeded => {
            let succeeded_at = fact.succeeded_at.ok_or(OrderRefusal::RefundTime)?;
            went_back(state, placed, fact, succeeded_at).into()
        }
        RefundStatus::Closed => RefundFailed {
            provider,
            refund_id,
            out_refund_no,
            transaction_id,
            amount_fen,
        }
        .into(),
        RefundStatus::Abnormal => RefundAbnormal {
            provider,
            refund_id,
            out_refund_no,
            transaction_id,
            amount_fen,
        }
        .into(),
    };
    Ok(vec![event])
}

/// Money went back: what it covered, and what remains after it.
fn went_back(
    state: &OrderState,
    placed: &Placed,
    fact: &RecordRefund,
    succeeded_at: Timestamp,
) -> RefundSucceeded {
    let refund = Refund::new(
        &fact.provider,
        &fact.out_refund_no,
        &fact.transaction_id,
        fact.amount_fen,
    );
    let asked = state.asked_for(&refund);
    let mut books = Books::done(state, placed);
    let gone_before = books.coupons_gone();
    books.add_refund(state, &refund);
    let gone_now = books.coupons_gone();
    let returned = gone_now.difference(&gone_before).map(|coupon| (*coupon).clone());
    let paid = state.paid.is_some();
    RefundSucceeded {
        provider: fact.provider.clone(),
        refund_id: fact.refund_id.clone(),
        out_refund_no: fact.out_refund_no.clone(),
        transaction_id: fact.transaction_id.clone(),
        amount_fen: fact.amount_fen,
        payer_refund_fen: fact.payer_refund_fen,
        succeeded_at,
        business_date: placed.time_zone.business_date(succeeded_at),
        sale_date: state.paid.map(|(_, date)| date),
        of_surplus: asked.is_some_and(|asked| asked.reason != RefundReason::Requested),
        store_id: placed.store_id.clone(),
        channel: placed.channel.clone(),
        member_id: state.member_id.clone(),
        guide: placed.guide.clone(),
        tender: state.tender_of(&refund.payment),
        lines: asked.map(|asked| asked.lines.clone()).unwrap_or_default(),
        allocated: asked.is_some_and(|asked| asked.allocated),
        earning_base_fen: if paid { books.earning_base() } else { Fen::ZERO },
        coupons_returned: if paid { returned.collect() } else { Vec::new() },
        time_zone: placed.time_zone.clone(),
        test: placed.test,
    }
}
