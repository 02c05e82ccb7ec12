//! Payments as facts: what money adds to an order, whenever it comes.

use guanxi_kernel::{Fen, MemberId, Timestamp};

use super::books::Books;
use super::commands::{RecordPayment, Tender, transaction_key};
use super::events::{
    LineKind, Mismatch, OrderEvent, Paid, PaidLine, PaymentCaptured, PaymentMismatched, Placed, RefundReason,
    SurplusCaptured,
};
use super::instructions::give_back;
use super::refusal::OrderRefusal;
use super::state::{OrderState, Payment};

/// Whether an amount can be of a payment, an attempt or a refund.
pub(super) fn is_amount(amount: Fen) -> bool {
    Fen::ZERO < amount && amount <= Fen::LIMIT
}

/// Adds a payment.
pub(super) fn payment(
    state: &OrderState,
    placed: &Placed,
    fact: &RecordPayment,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if !is_amount(fact.amount_fen) {
        return Err(OrderRefusal::PaymentAmount);
    }
    let key = transaction_key(&fact.provider, &fact.transaction_id);
    if let Some(known) = state.payments.get(&key) {
        return if same_payment(known, fact) {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::PaymentConflict(key))
        };
    }
    if let Some(known) = state.strangers.get(&key) {
        let same = known.amount_fen == fact.amount_fen && known.out_trade_no == fact.out_trade_no;
        return if same {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::PaymentConflict(key))
        };
    }
    if let Some(mismatched) = received_elsewhere(state, fact) {
        return Ok(vec![mismatched.into()]);
    }
    let mut events: Vec<OrderEvent> = other_amount(state, fact)
        .map(OrderEvent::from)
        .into_iter()
        .collect();
    let before = state.captured_fen();
    let after = before + fact.amount_fen;
    let payable = placed.totals.payable_fen.at_least(Fen::ZERO);
    let surplus = if state.cancelled {
        Fen::ZERO
    } else {
        (after - payable.at_least(before)).at_least(Fen::ZERO)
    };
    events.push(captured(state, placed, fact, surplus).into());
    if state.cancelled {
        events.extend(give_back(
            placed,
            state,
            fact,
            fact.amount_fen,
            RefundReason::AfterCancel,
        ));
        return Ok(events);
    }
    let mut books = Books::done(state, placed);
    books.add_payment(fact.tender, fact.amount_fen);
    if surplus > Fen::ZERO {
        events.push(beyond(state, placed, fact, surplus, &books).into());
    }
    if state.paid.is_none() && after >= payable {
        events.push(paid_by(state, placed, fact, &books).into());
    }
    if surplus > Fen::ZERO {
        events.extend(give_back(placed, state, fact, surplus, RefundReason::Surplus));
    }
    Ok(events)
}

/// Whether a payment says again what is known of it. Who paid and what the provider's coupons took is not compared.
fn same_payment(known: &Payment, fact: &RecordPayment) -> bool {
    known.amount_fen == fact.amount_fen
        && known.out_trade_no == fact.out_trade_no
        && known.mchid == fact.mchid
}

/// The money of an attempt went to another account than announced: it is not ours to count.
fn received_elsewhere(state: &OrderState, fact: &RecordPayment) -> Option<PaymentMismatched> {
    let (out_trade_no, mchid) = (fact.out_trade_no.as_ref()?, fact.mchid.as_ref()?);
    let mut announced = state
        .attempts
        .values()
        .filter(|attempt| attempt.announced.out_trade_no == *out_trade_no)
        .peekable();
    let first = announced.peek().map(|attempt| attempt.announced.amount_fen)?;
    if announced.any(|attempt| attempt.announced.mchid == *mchid) {
        return None;
    }
    Some(mismatched(fact, Mismatch::Payee, Some(first)))
}

/// Another amount came than the attempt asked for. It counts; the order is compared with what it owes.
fn other_amount(state: &OrderState, fact: &RecordPayment) -> Option<PaymentMismatched> {
    let key = super::attempt_key(fact.mchid.as_ref()?, fact.out_trade_no.as_ref()?);
    let announced = state.attempts.get(&key)?.announced.amount_fen;
    (announced != fact.amount_fen).then(|| mismatched(fact, Mismatch::Amount, Some(announced)))
}

fn mismatched(fact: &RecordPayment, mismatch: Mismatch, announced_fen: Option<Fen>) -> PaymentMismatched {
    PaymentMismatched {
        mismatch,
        provider: fact.provider.clone(),
        transaction_id: fact.transaction_id.clone(),
        mchid: fact.mchid.clone(),
        out_trade_no: fact.out_trade_no.clone(),
        amount_fen: fact.amount_fen,
        announced_fen,
        succeeded_at: fact.succeeded_at,
    }
}

fn captured(state: &OrderState, placed: &Placed, fact: &RecordPayment, surplus_fen: Fen) -> PaymentCaptured {
    PaymentCaptured {
        tender: fact.tender,
        provider: fact.provider.clone(),
        transaction_id: fact.transaction_id.clone(),
        mchid: fact.mchid.clone(),
        out_trade_no: fact.out_trade_no.clone(),
        amount_fen: fact.amount_fen,
        payer_total_fen: fact.payer_total_fen,
        surplus_fen,
        succeeded_at: fact.succeeded_at,
        business_date: placed.time_zone.business_date(fact.succeeded_at),
        store_id: placed.store_id.clone(),
        channel: placed.channel.clone(),
        member_id: fact.member_id.clone().or_else(|| state.member_id.clone()),
        cancels: still_cancels(state, placed, fact),
        test: placed.test,
    }
}

/// Why an order that is closing still is to be called off: a part of what it costs does not save it.
fn still_cancels(state: &OrderState, placed: &Placed, fact: &RecordPayment) -> Option<String> {
    let in_full = state.captured_fen() + fact.amount_fen >= placed.totals.payable_fen;
    let over = in_full || state.paid.is_some() || state.cancelled;
    state.cancelling.clone().filter(|_| !over)
}

/// More came than was to pay.
fn beyond(
    state: &OrderState,
    placed: &Placed,
    fact: &RecordPayment,
    surplus_fen: Fen,
    books: &Books<'_>,
) -> SurplusCaptured {
    SurplusCaptured {
        provider: fact.provider.clone(),
        transaction_id: fact.transaction_id.clone(),
        surplus_fen,
        business_date: placed.time_zone.business_date(fact.succeeded_at),
        store_id: placed.store_id.clone(),
        time_zone: placed.time_zone.clone(),
        member_id: state.member_id.clone(),
        guide: placed.guide.clone(),
        earning_base_fen: state.paid.map(|_| books.earning_base()),
        test: placed.test,
    }
}

/// The order is paid, dated by the latest payment that counted.
fn paid_by(state: &OrderState, placed: &Placed, fact: &RecordPayment, books: &Books<'_>) -> Paid {
    let counted = state.payments.values().map(|payment| payment.succeeded_at);
    let paid_at = counted
        .chain([fact.succeeded_at])
        .max()
        .unwrap_or(fact.succeeded_at);
    let mut tenders: Vec<_> = state
        .payments
        .values()
        .map(|payment| payment.tender)
        .chain([fact.tender])
        .collect();
    tenders.sort_unstable();
    tenders.dedup();
    let member_id = state.member_id.clone().or_else(|| first_payer(state, fact));
    Paid {
        refunded_before_fen: state.refunded_fen(),
        earning_base_fen: books.earning_base(),
        coupons_returned: books.coupons_gone().into_iter().cloned().collect(),
        ..paid(placed, paid_at, tenders, member_id)
    }
}

/// Who paid first, by the provider's clock, among those who were recognised: the same in whatever order they came.
fn first_payer(state: &OrderState, fact: &RecordPayment) -> Option<MemberId> {
    let known = state.payments.values();
    let before = known.filter_map(|payment| Some((payment.succeeded_at, payment.member_id.as_ref()?)));
    let now = fact.member_id.as_ref().map(|member| (fact.succeeded_at, member));
    before.chain(now).min().map(|(_, member)| member.clone())
}

/// The order is paid by nothing, as nothing is to pay.
pub(super) fn paid_at_placing(placed: &Placed) -> Paid {
    paid(
        placed,
        placed.placed_at,
        vec![Tender::None],
        placed.member_id.clone(),
    )
}

fn paid(placed: &Placed, paid_at: Timestamp, tenders: Vec<Tender>, member_id: Option<MemberId>) -> Paid {
    Paid {
        paid_at,
        business_date: placed.time_zone.business_date(paid_at),
        kind: placed.kind,
        store_id: placed.store_id.clone(),
        channel: placed.channel.clone(),
        member_id,
        totals: placed.totals,
        lines: goods(placed),
        coupons: placed.coupons.clone(),
        guide: placed.guide.clone(),
        tenders,
        refunded_before_fen: Fen::ZERO,
        earning_base_fen: Fen::ZERO,
        coupons_returned: Vec::new(),
        time_zone: placed.time_zone.clone(),
        test: placed.test,
    }
}

/// What was bought, without amounts and freight.
fn goods(placed: &Placed) -> Vec<PaidLine> {
    let goods = placed.lines.iter().filter(|line| line.kind == LineKind::Goods);
    goods
        .map(|line| PaidLine {
            line_no: line.line_no,
            sku: line.sku.clone(),
            category: line.category.clone(),
            quantity: line.quantity,
        })
        .collect()
}
