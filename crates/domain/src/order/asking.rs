//! Asking for money to go back: which lines, how much of them, and from which payments.

use guanxi_kernel::money::allocate;
use guanxi_kernel::{Fen, Timestamp};

use super::books::{Books, index, price};
use super::commands::{Pieces, RefundScope, RequestRefund, ThresholdPolicy};
use super::events::{OrderEvent, Placed, RefundAsk, RefundLine, RefundReason, RefundRequested};
use super::instructions::{mark, number, part_of};
use super::parts::{check_limits, divide, lines_of_parts, standing};
use super::refusal::OrderRefusal;
use super::state::{OrderState, Payment};
use super::threshold::{Missed, missed};
use crate::ids::{AfterSaleId, OutRefundNo};

/// Lines of a refund, and the coupons that it leaves below their threshold.
struct Wanted {
    lines: Vec<RefundLine>,
    missed: Missed,
}

/// Asks for a refund, once under each number.
pub(super) fn request(
    state: &OrderState,
    placed: &Placed,
    request: &RequestRefund,
    after_sale_id: Option<&AfterSaleId>,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    if let Some(known) = state.asks.get(request.refund_no.as_str()) {
        return if *known == request.scope {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::RefundNumberReused(request.refund_no.to_string()))
        };
    }
    if let RefundScope::Again { out_refund_no } = &request.scope {
        return again(state, placed, request, out_refund_no);
    }
    if state.cancelled {
        return Err(OrderRefusal::AlreadyCancelled);
    }
    if state.paid.is_none() {
        return Err(OrderRefusal::NotPaid);
    }
    let books = Books::promised(state, placed);
    let wanted = match &request.scope {
        RefundScope::Lines { lines } => pieces(placed, &books, lines, request.threshold)?,
        RefundScope::Amount { amount_fen } => amount(placed, &books, *amount_fen)?,
        RefundScope::Whole | RefundScope::Again { .. } => whole(placed, &books),
    };
    let total: Fen = wanted.lines.iter().map(|line| line.amount_fen).sum();
    if total <= Fen::ZERO {
        return Err(OrderRefusal::NothingToRefund);
    }
    let parts = divide(state, total, request.requested_at)?;
    let amounts: Vec<Fen> = parts.iter().map(|part| part.amount_fen).collect();
    let lines = lines_of_parts(&wanted.lines, &amounts);
    let ask = RefundAsk {
        after_sale_id: after_sale_id.cloned(),
        below_threshold: wanted.missed.coupons,
        withheld_fen: wanted.missed.withheld.into_iter().sum(),
        ..ask(request, total)
    };
    let mut events = Vec::with_capacity(parts.len());
    for (part, lines) in parts.iter().zip(lines) {
        let number = next_number(state, part.key, part.payment)?;
        let requested = RefundRequested {
            lines,
            ask: Some(ask.clone()),
            ..part_of(
                placed,
                state,
                part.payment,
                number,
                part.amount_fen,
                RefundReason::Requested,
            )
        };
        events.push(requested.into());
    }
    Ok(events)
}

fn ask(request: &RequestRefund, total_fen: Fen) -> RefundAsk {
    RefundAsk {
        refund_no: request.refund_no.clone(),
        scope: request.scope.clone(),
        reason: request.reason.clone(),
        after_sale_id: None,
        total_fen,
        threshold: request.threshold,
        below_threshold: Vec::new(),
        withheld_fen: Fen::ZERO,
        requested_at: request.requested_at,
    }
}

/// The next number of a refund of this payment.
fn next_number(state: &OrderState, key: &str, payment: &Payment) -> Result<OutRefundNo, OrderRefusal> {
    let before = state.asked.values().filter(|asked| asked.payment == key);
    let mark = format!("{}{}-", mark(RefundReason::Requested), before.count() + 1);
    number(&mark, &payment.provider, &payment.transaction_id).ok_or(OrderRefusal::RefundsExhausted)
}

/// The line that pieces are named of, checked: it exists, is named once, and has so many pieces left.
pub(super) fn check_pieces(
    placed: &Placed,
    named: &[Pieces],
    gone: impl Fn(usize) -> i64,
) -> Result<Vec<usize>, OrderRefusal> {
    if named.is_empty() {
        return Err(OrderRefusal::NoLines);
    }
    let mut found = Vec::with_capacity(named.len());
    for pieces in named {
        let line_no = pieces.line_no;
        let known = index(line_no).and_then(|at| Some((at, placed.lines.get(at)?)));
        let (at, line) = known.ok_or(OrderRefusal::UnknownLine(line_no))?;
        if found.contains(&at) {
            return Err(OrderRefusal::LineTwice(line_no));
        }
        let left = (line.quantity - gone(at)).max(0);
        let whole = line.quantity <= 0 && pieces.quantity == 0;
        if !whole && !(1..=left).contains(&pieces.quantity) {
            return Err(OrderRefusal::TooManyPieces { line_no, left });
        }
        found.push(at);
    }
    Ok(found)
}

/// Pieces of lines: what all pieces refunded so far come to, less what was asked back for them before, so that the
/// parts of a line always sum to what it cost.
fn pieces(
    placed: &Placed,
    books: &Books<'_>,
    named: &[Pieces],
    policy: ThresholdPolicy,
) -> Result<Wanted, OrderRefusal> {
    let back = books.back();
    let before: Vec<i64> = back.iter().map(|back| back.pieces).collect();
    let found = check_pieces(placed, named, |at| before.get(at).copied().unwrap_or(0))?;
    let mut after = before;
    for (at, pieces) in found.iter().zip(named) {
        after[*at] = after[*at].saturating_add(pieces.quantity);
    }
    let missed = missed(placed, &after, policy);
    let mut lines = Vec::new();
    for (at, (line, left)) in placed.lines.iter().zip(books.left()).enumerate() {
        let asked = found.iter().position(|found| *found == at);
        let quantity = asked
            .and_then(|asked| named.get(asked))
            .map_or(0, |pieces| pieces.quantity);
        let upto = if line.quantity > 0 {
            price(line).half_up(after[at], line.quantity)
        } else if asked.is_some() {
            price(line)
        } else {
            back[at].pieces_fen
        };
        let withheld = missed.withheld.get(at).copied().unwrap_or_default();
        let amount_fen = (upto - withheld - back[at].pieces_fen).at_most(left);
        // A line that nobody named changes only when its discount does.
        if asked.is_some() || (missed.recomputed && amount_fen != Fen::ZERO) {
            lines.push(RefundLine {
                line_no: line.line_no,
                quantity,
                amount_fen,
            });
        }
    }
    Ok(Wanted { lines, missed })
}

/// An amount without lines: divided over what the lines have left.
fn amount(placed: &Placed, books: &Books<'_>, amount: Fen) -> Result<Wanted, OrderRefusal> {
    let left = books.left();
    let most: Fen = left.iter().copied().sum();
    if amount > most {
        return Err(OrderRefusal::RefundExceeds { left_fen: most.0 });
    }
    let shares = placed.lines.iter().zip(allocate(amount, &left));
    let lines = shares.filter(|(_, share)| *share > Fen::ZERO);
    Ok(Wanted {
        lines: lines
            .map(|(line, amount_fen)| RefundLine {
                line_no: line.line_no,
                quantity: 0,
                amount_fen,
            })
            .collect(),
        missed: Missed::default(),
    })
}

/// Everything that is left.
fn whole(placed: &Placed, books: &Books<'_>) -> Wanted {
    let left = books.left();
    let lines = placed.lines.iter().zip(left.into_iter().zip(books.back()));
    let lines = lines.map(|(line, (amount_fen, back))| RefundLine {
        line_no: line.line_no,
        quantity: (line.quantity - back.pieces).max(0),
        amount_fen,
    });
    Wanted {
        lines: lines
            .filter(|line| line.quantity > 0 || line.amount_fen > Fen::ZERO)
            .collect(),
        missed: Missed::default(),
    }
}

/// The same as a refund that the provider has closed, if its money and its pieces are still to be had.
fn again(
    state: &OrderState,
    placed: &Placed,
    request: &RequestRefund,
    closed: &OutRefundNo,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let not_closed = || OrderRefusal::RefundNotClosed(closed.to_string());
    let asked = state.asked.get(closed.as_str()).ok_or_else(not_closed)?;
    if asked.again || !state.is_closed(closed.as_str()) {
        return Err(not_closed());
    }
    let payment = state.payments.get(&asked.payment).ok_or_else(not_closed)?;
    let (refunds, left) = standing(state, &asked.payment, payment);
    if asked.amount_fen > left || !lines_left(state, placed, &asked.lines) {
        return Err(OrderRefusal::RefundExceeds { left_fen: left.0 });
    }
    check_limits(payment, refunds, request.requested_at)?;
    let number = next_number(state, &asked.payment, payment)?;
    let requested = RefundRequested {
        lines: asked.lines.clone(),
        ask: Some(ask(request, asked.amount_fen)),
        ..part_of(placed, state, payment, number, asked.amount_fen, asked.reason)
    };
    Ok(vec![requested.into()])
}

/// Whether the lines of a closed refund have not been given back otherwise meanwhile.
fn lines_left(state: &OrderState, placed: &Placed, lines: &[RefundLine]) -> bool {
    let books = Books::promised(state, placed);
    let left = books.left();
    lines.iter().all(|wanted| {
        let known = index(wanted.line_no)
            .and_then(|at| Some((placed.lines.get(at)?, left.get(at)?, books.back().get(at)?)));
        known.is_some_and(|(line, left, back)| {
            wanted.amount_fen <= *left && wanted.quantity <= (line.quantity - back.pieces).max(0)
        })
    })
}

/// What an after-sale asks for, under a number made from its own.
pub(super) fn for_after_sale(
    after_sale_id: &AfterSaleId,
    lines: &[Pieces],
    threshold: ThresholdPolicy,
    requested_at: Timestamp,
) -> Option<RequestRefund> {
    Some(RequestRefund {
        refund_no: crate::ids::RefundNo::new(format!("after-sale {after_sale_id}")).ok()?,
        scope: RefundScope::Lines {
            lines: lines.to_vec(),
        },
        reason: "after_sale".to_owned(),
        threshold,
        requested_at,
    })
}
