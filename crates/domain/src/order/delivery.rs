//! Goods on their way to the customer.

use guanxi_kernel::{Fen, Timestamp};

use super::books::{Books, price};
use super::commands::{CompletePickup, ConfirmReceipt, IssuePickupCode, Pieces, Ship};
use super::events::{
    Completed, LineKind, OrderEvent, PickedUp, PickupCodeIssued, Placed, ReceiptConfirmed, Shipped,
};
use super::refusal::OrderRefusal;
use super::state::OrderState;
use crate::ids::PickupCode;

/// Goods leave only for an order that is paid and not called off.
fn check_paid(state: &OrderState) -> Result<(), OrderRefusal> {
    if state.cancelled {
        Err(OrderRefusal::AlreadyCancelled)
    } else if state.paid.is_none() {
        Err(OrderRefusal::NotPaid)
    } else {
        Ok(())
    }
}

/// Pieces of each line that are still to be handed over. What came back had been sent; money without goods is for what
/// was not sent yet, which then stays here, so that nothing leaves that nobody pays for. A line of which all money goes
/// back stays here, too, and with the last of those whatever came free with them.
fn to_hand_over(state: &OrderState, placed: &Placed) -> Vec<Pieces> {
    let books = Books::promised(state, placed);
    let lines = placed
        .lines
        .iter()
        .zip(books.left().into_iter().zip(books.back()));
    let goods: Vec<_> = lines.filter(|(line, _)| line.kind == LineKind::Goods).collect();
    let mut sold = goods
        .iter()
        .filter(|(line, _)| price(line) > Fen::ZERO)
        .peekable();
    let none_kept = sold.peek().is_some() && sold.all(|(_, (left, _))| *left == Fen::ZERO);
    goods
        .into_iter()
        .map(|(line, (left, back))| {
            let sent = shipped(state, line.line_no);
            let given_back = none_kept || (left == Fen::ZERO && price(line) > Fen::ZERO);
            let not_wanted = (back.pieces - returned(state, line.line_no)).max(0);
            let unsent = line.quantity - sent - not_wanted;
            Pieces {
                line_no: line.line_no,
                quantity: if given_back { 0 } else { unsent.max(0) },
            }
        })
        .collect()
}

fn shipped(state: &OrderState, line_no: u32) -> i64 {
    let shipments = state.delivery.shipments.values();
    pieces_of(line_no, shipments.flat_map(|shipped| &shipped.lines))
}

fn returned(state: &OrderState, line_no: u32) -> i64 {
    pieces_of(line_no, state.returns().flat_map(|returned| &returned.lines))
}

fn pieces_of<'a>(line_no: u32, lines: impl Iterator<Item = &'a Pieces>) -> i64 {
    let pieces = lines
        .filter(|line| line.line_no == line_no)
        .map(|line| line.quantity);
    pieces.fold(0, i64::saturating_add)
}

/// Records a parcel.
pub(super) fn ship(
    state: &OrderState,
    placed: &Placed,
    ship: &Ship,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    check_paid(state)?;
    if let Some(known) = state.delivery.shipments.get(ship.shipment_no.as_str()) {
        let same_goods = ship.lines.is_empty() || ship.lines == known.lines;
        let same = same_goods && ship.carrier == known.carrier && ship.tracking_no == known.tracking_no;
        return if same {
            Ok(Vec::new())
        } else {
            Err(OrderRefusal::ShipmentConflict(ship.shipment_no.to_string()))
        };
    }
    if state.delivery.picked_up.is_some() {
        return Err(OrderRefusal::AlreadyDelivered);
    }
    let mut left = to_hand_over(state, placed);
    left.retain(|pieces| pieces.quantity > 0);
    if left.is_empty() {
        return Err(OrderRefusal::NothingToDeliver);
    }
    let lines = if ship.lines.is_empty() {
        left.clone()
    } else {
        let left_of = |at: usize| {
            let line = placed.lines.get(at)?;
            let left = left.iter().find(|left| left.line_no == line.line_no);
            Some(line.quantity - left.map_or(0, |left| left.quantity))
        };
        super::asking::check_pieces(placed, &ship.lines, |at| left_of(at).unwrap_or(0))?;
        check_goods(&ship.lines)?;
        ship.lines.clone()
    };
    let sent: i64 = lines
        .iter()
        .map(|line| line.quantity)
        .fold(0, i64::saturating_add);
    let all: i64 = left.iter().map(|line| line.quantity).fold(0, i64::saturating_add);
    let shipped = Shipped {
        shipment_no: ship.shipment_no.clone(),
        carrier: ship.carrier.clone(),
        tracking_no: ship.tracking_no.clone(),
        lines,
        shipped_at: ship.shipped_at,
        last: sent >= all,
    };
    Ok(vec![shipped.into()])
}

/// What is not counted in pieces, such as freight, does not travel in a parcel.
fn check_goods(lines: &[Pieces]) -> Result<(), OrderRefusal> {
    match lines.iter().find(|line| line.quantity < 1) {
        Some(Pieces { line_no, .. }) => Err(OrderRefusal::TooManyPieces {
            line_no: *line_no,
            left: 0,
        }),
        None => Ok(()),
    }
}

/// Gives the customer a code; the newest counts.
pub(super) fn issue_code(
    state: &OrderState,
    placed: &Placed,
    issue: &IssuePickupCode,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    check_paid(state)?;
    if state.delivery.picked_up.is_some() || !state.delivery.shipments.is_empty() {
        return Err(OrderRefusal::AlreadyDelivered);
    }
    if !is_code(&issue.code) {
        return Err(OrderRefusal::PickupCodeInvalid);
    }
    let issued = PickupCodeIssued {
        code: issue.code.clone(),
        issued_at: issue.issued_at,
        expires_at: issue.expires_at,
    };
    let known = state.delivery.code.as_ref();
    if known.is_some_and(|known| known.code == issued.code && known.expires_at == issued.expires_at) {
        return Ok(Vec::new());
    }
    if nothing_left(state, placed) {
        return Err(OrderRefusal::NothingToDeliver);
    }
    Ok(vec![issued.into()])
}

fn is_code(code: &PickupCode) -> bool {
    let code = code.as_str();
    (4..=32).contains(&code.len()) && code.chars().all(|character| character.is_ascii_alphanumeric())
}

/// Hands the goods over to whoever shows the code.
pub(super) fn pick_up(
    state: &OrderState,
    placed: &Placed,
    pickup: &CompletePickup,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    check_paid(state)?;
    let issued = state
        .delivery
        .code
        .as_ref()
        .ok_or(OrderRefusal::PickupCodeMissing)?;
    if issued.code != pickup.code {
        return Err(OrderRefusal::PickupCodeWrong);
    }
    if state.delivery.picked_up.is_some() {
        return Ok(Vec::new());
    }
    if !state.delivery.shipments.is_empty() {
        return Err(OrderRefusal::AlreadyDelivered);
    }
    if issued.expires_at.is_some_and(|end| pickup.picked_up_at >= end) {
        return Err(OrderRefusal::PickupCodeExpired);
    }
    if nothing_left(state, placed) {
        return Err(OrderRefusal::NothingToDeliver);
    }
    let picked_up = PickedUp {
        picked_up_at: pickup.picked_up_at,
        store_id: pickup.store_id.clone().unwrap_or_else(|| placed.store_id.clone()),
    };
    Ok(vec![
        picked_up.into(),
        completed(state, placed, pickup.picked_up_at).into(),
    ])
}

/// Takes note that the customer has all parcels.
pub(super) fn confirm_receipt(
    state: &OrderState,
    placed: &Placed,
    receipt: &ConfirmReceipt,
) -> Result<Vec<OrderEvent>, OrderRefusal> {
    check_paid(state)?;
    if state.delivery.received {
        return Ok(Vec::new());
    }
    if state.delivery.shipments.is_empty() || !nothing_left(state, placed) {
        return Err(OrderRefusal::NotShipped);
    }
    let confirmed = ReceiptConfirmed {
        received_at: receipt.received_at,
        by_customer: receipt.by_customer,
    };
    Ok(vec![
        confirmed.into(),
        completed(state, placed, receipt.received_at).into(),
    ])
}

fn nothing_left(state: &OrderState, placed: &Placed) -> bool {
    let left = to_hand_over(state, placed);
    left.iter().all(|pieces| pieces.quantity == 0)
}

fn completed(state: &OrderState, placed: &Placed, completed_at: Timestamp) -> Completed {
    Completed {
        completed_at,
        business_date: placed.time_zone.business_date(completed_at),
        store_id: placed.store_id.clone(),
        channel: placed.channel.clone(),
        member_id: state.member_id.clone(),
        test: placed.test,
    }
}
