//! Goods that the customer does not want to keep: asked for, granted, come back, paid back.

use guanxi_kernel::Fen;

use super::asking;
use super::books::{Books, price};
use super::commands::{
    AfterSaleKind, ApproveAfterSale, Pieces, ReceiveReturn, RejectAfterSale, RequestAfterSale,
    WithdrawAfterSale,
};
use super::events::{
    AfterSaleApproved, AfterSaleRejected, AfterSaleRequested, AfterSaleWithdrawn, OrderEvent, Placed,
    ReturnReceived,
};
use super::goods::{AfterSale, AfterSaleStep};
use super::refusal::OrderRefusal;
use super::state::OrderState;
use crate::ids::AfterSaleId;

/// Notes a customer's wish, for pieces that were not given back and for which no other wish is open.
pub(super) fn request(
    state: &OrderState,
    placed: &Placed,
    request: &RequestAfterSale,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let requested = AfterSaleRequested {
        after_sale_id: request.after_sale_id.clone(),
        kind: request.kind,
        lines: request.lines.clone(),
        reason: request.reason.clone(),
        requested_at: request.requested_at,
        store_id: placed.store_id.clone(),
        member_id: state.member_id.clone(),
    };
    if let Some(known) = state.after_sales.get(request.after_sale_id.as_str()) {
        let same = known.request.kind == requested.kind && known.request.lines == requested.lines;
        return if same {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::AfterSaleConflict(request.after_sale_id.to_string()))
        };
    }
    if state.cancelled {
        return Err(OrderRefusal::AlreadyCancelled);
    }
    if state.paid.is_none() {
        return Err(OrderRefusal::NotPaid);
    }
    let books = Books::promised(state, placed);
    let gone = |at: usize| {
        let back = books.back().get(at).map_or(0, |back| back.pieces);
        let line_no = placed.lines.get(at).map_or(0, |line| line.line_no);
        back.saturating_add(wanted(state, line_no))
    };
    let found = asking::check_pieces(placed, &request.lines, gone)?;
    let left = books.left();
    for (at, pieces) in found.iter().zip(&request.lines) {
        // What is not counted in pieces goes back once.
        let line = placed.lines.get(*at).zip(left.get(*at));
        let given_back = line.is_some_and(|(line, left)| *left == Fen::ZERO && price(line) > Fen::ZERO);
        if pieces.quantity == 0 && (given_back || is_wanted(state, pieces.line_no)) {
            let line_no = pieces.line_no;
            return Err(OrderRefusal::TooManyPieces { line_no, left: 0 });
        }
    }
    Ok(vec![requested.into()])
}

/// What open wishes name of a line.
fn open(state: &OrderState, line_no: u32) -> impl Iterator<Item = &Pieces> {
    let open = state.after_sales.values().filter(|after_sale| {
        matches!(
            after_sale.step,
            AfterSaleStep::Requested | AfterSaleStep::Approved
        )
    });
    let lines = open.flat_map(|after_sale| &after_sale.request.lines);
    lines.filter(move |line| line.line_no == line_no)
}

/// Pieces of a line for which a wish is open.
fn wanted(state: &OrderState, line_no: u32) -> i64 {
    let pieces = open(state, line_no).map(|line| line.quantity);
    pieces.fold(0, i64::saturating_add)
}

fn is_wanted(state: &OrderState, line_no: u32) -> bool {
    open(state, line_no).next().is_some()
}

/// Grants a wish. Where no goods come back, the money is asked back at once.
pub(super) fn approve(
    state: &OrderState,
    placed: &Placed,
    approve: &ApproveAfterSale,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let after_sale = find(state, &approve.after_sale_id)?;
    match after_sale.step {
        AfterSaleStep::Requested => {}
        AfterSaleStep::Approved | AfterSaleStep::Refunded => return Ok(Vec::new()),
        AfterSaleStep::Rejected | AfterSaleStep::Withdrawn => return Err(settled(&approve.after_sale_id)),
    }
    let approved = AfterSaleApproved {
        after_sale_id: approve.after_sale_id.clone(),
        kind: after_sale.request.kind,
        approved_at: approve.approved_at,
        threshold: approve.threshold,
    };
    let mut events = vec![approved.into()];
    if after_sale.request.kind == AfterSaleKind::RefundOnly {
        let lines = &after_sale.request.lines;
        let id = &approve.after_sale_id;
        if let Some(ask) = asking::for_after_sale(id, lines, approve.threshold, approve.approved_at) {
            events.extend(asking::request(state, placed, &ask, Some(id))?);
        }
    }
    Ok(events)
}

/// Does not grant a wish.
pub(super) fn reject(state: &OrderState, reject: &RejectAfterSale) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match find(state, &reject.after_sale_id)?.step {
        AfterSaleStep::Requested => {
            let rejected = AfterSaleRejected {
                after_sale_id: reject.after_sale_id.clone(),
                reason: reject.reason.clone(),
                rejected_at: reject.rejected_at,
            };
            Ok(vec![rejected.into()])
        }
        AfterSaleStep::Rejected => Ok(Vec::new()),
        _ => Err(settled(&reject.after_sale_id)),
    }
}

/// Takes a wish back, as long as nothing was given back for it.
pub(super) fn withdraw(
    state: &OrderState,
    withdraw: &WithdrawAfterSale,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    match find(state, &withdraw.after_sale_id)?.step {
        AfterSaleStep::Requested | AfterSaleStep::Approved => {
            let withdrawn = AfterSaleWithdrawn {
                after_sale_id: withdraw.after_sale_id.clone(),
                withdrawn_at: withdraw.withdrawn_at,
            };
            Ok(vec![withdrawn.into()])
        }
        AfterSaleStep::Withdrawn => Ok(Vec::new()),
        _ => Err(settled(&withdraw.after_sale_id)),
    }
}

/// Notes goods that came back, and asks for their money to go back.
pub(super) fn receive(
    state: &OrderState,
    placed: &Placed,
    receive: &ReceiveReturn,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    let id = &receive.after_sale_id;
    let after_sale = find(state, id)?;
    if after_sale.request.kind == AfterSaleKind::RefundOnly {
        return Err(OrderRefusal::NothingToReturn(id.to_string()));
    }
    match after_sale.step {
        AfterSaleStep::Approved => {}
        AfterSaleStep::Refunded if says_it_again(after_sale, &receive.lines) => return Ok(Vec::new()),
        AfterSaleStep::Requested => return Err(OrderRefusal::AfterSaleNotApproved(id.to_string())),
        AfterSaleStep::Refunded | AfterSaleStep::Rejected | AfterSaleStep::Withdrawn => {
            return Err(settled(id));
        }
    }
    let lines = came_back(after_sale, &receive.lines)?;
    let ask = asking::for_after_sale(id, &lines, after_sale.threshold, receive.received_at);
    let refunds = match ask.map(|ask| asking::request(state, placed, &ask, Some(id))) {
        // What cost nothing comes back all the same.
        None | Some(Err(OrderRefusal::NothingToRefund)) => Vec::new(),
        Some(refunds) => refunds?,
    };
    let amounts = refunds.iter().map(|event| match event {
        OrderEvent::RefundRequested(request) => request.amount_fen,
        _ => Fen::ZERO,
    });
    let received = ReturnReceived {
        after_sale_id: id.clone(),
        lines,
        received_at: receive.received_at,
        refund_fen: amounts.sum(),
    };
    let mut events = vec![received.into()];
    events.extend(refunds);
    Ok(events)
}

/// Whether the same goods are reported once more. What comes later is another after-sale: the money for this one is
/// on its way.
fn says_it_again(after_sale: &AfterSale, received: &[Pieces]) -> bool {
    let known = after_sale.received.as_ref().map(|known| &known.lines);
    came_back(after_sale, received).is_ok_and(|lines| known == Some(&lines))
}

/// What came back, no more than was agreed.
fn came_back(after_sale: &AfterSale, received: &[Pieces]) -> Result<Vec<Pieces>, OrderRefusal> {
    let agreed = &after_sale.request.lines;
    if received.is_empty() {
        return Ok(agreed.clone());
    }
    for pieces in received {
        let line_no = pieces.line_no;
        let known = agreed.iter().find(|agreed| agreed.line_no == line_no);
        let left = known.ok_or(OrderRefusal::UnknownLine(line_no))?.quantity;
        if pieces.quantity > left {
            return Err(OrderRefusal::TooManyPieces { line_no, left });
        }
    }
    Ok(received.to_vec())
}

fn find<'a>(state: &'a OrderState, id: &AfterSaleId) -> Result<&'a AfterSale, OrderRefusal> {
    let known = state.after_sales.get(id.as_str());
    known.ok_or_else(|| OrderRefusal::AfterSaleUnknown(id.to_string()))
}

fn settled(id: &AfterSaleId) -> OrderRefusal {
    OrderRefusal::AfterSaleSettled(id.to_string())
}
