//! The rules of an order.

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, Fen};

use super::commands::{OrderCommand, Place, RegisterPayment, attempt_key, transaction_key};
use super::events::{OrderEvent, PaymentRegistered, Placed};
use super::refusal::OrderRefusal;
use super::state::OrderState;
use super::{after_sale, asking, closing, delivery, facts, noting, pricing, refunds};

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
            OrderCommand::RecordRefund(fact) => refunds::refund(state, placed, fact),
            OrderCommand::RequestClose(request) => closing::request(state, placed, request),
            OrderCommand::ConfirmClosed(report) => closing::confirm(state, report),
            OrderCommand::Cancel(cancel) => closing::cancel(state, placed, cancel),
            OrderCommand::Ship(ship) => delivery::ship(state, placed, ship),
            OrderCommand::IssuePickupCode(issue) => delivery::issue_code(state, placed, issue),
            OrderCommand::CompletePickup(pickup) => delivery::pick_up(state, placed, pickup),
            OrderCommand::ConfirmReceipt(receipt) => delivery::confirm_receipt(state, placed, receipt),
            OrderCommand::RequestAfterSale(request) => after_sale::request(state, placed, request),
            OrderCommand::ApproveAfterSale(approve) => after_sale::approve(state, placed, approve),
            OrderCommand::RejectAfterSale(reject) => after_sale::reject(state, reject),
            OrderCommand::WithdrawAfterSale(withdraw) => after_sale::withdraw(state, withdraw),
            OrderCommand::ReceiveReturn(receive) => after_sale::receive(state, placed, receive),
            OrderCommand::RequestQuery(request) => noting::query(state, placed, request),
            OrderCommand::NoteInstruction(note) => noting::note(state, note),
            OrderCommand::RequestRefund(request) => asking::request(state, placed, request, None),
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
        expires_at: place.expires_at,
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
        return if known.announced == registered {
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
    if state.cancelling.is_some() {
        return Err(OrderRefusal::Closing);
    }
    Ok(vec![registered.into()])
}
