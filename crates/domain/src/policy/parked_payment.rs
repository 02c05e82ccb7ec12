//! Money that came before its order reaches it.
//!
//! An attempt may be registered before or after money is parked under its number. Each of the two events asks who
//! holds the other's claim; whichever comes later in the log finds both, since claims are committed with their events.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{ClaimKey, Decider, OrderId, Recorded, StreamRef, TimeZoneId};

use crate::order::{ATTEMPT, Order, OrderCommand, OrderEvent, attempt_key};
use crate::suspense::{MoneyFact, PARKED, SuspenseCommand, SuspenseEvent};
use crate::{GuanxiCommand, GuanxiEvent};

/// Attempt registered, or money parked → parked money claimed → recorded by the order.
#[derive(Debug)]
pub struct ParkedPayment;

impl Policy for ParkedPayment {
    const NAME: &'static str = "parked_payment";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn claims_needed(&self, event: &Recorded<GuanxiEvent>) -> Vec<ClaimKey> {
        match event.own() {
            Some(GuanxiEvent::Order(OrderEvent::PaymentRegistered(attempt))) => {
                vec![ClaimKey::open(
                    PARKED,
                    attempt_key(&attempt.mchid, &attempt.out_trade_no),
                )]
            }
            Some(GuanxiEvent::Suspense(SuspenseEvent::PaymentParked(parked))) => {
                vec![ClaimKey::open(
                    ATTEMPT,
                    attempt_key(&parked.mchid, &parked.out_trade_no),
                )]
            }
            _ => Vec::new(),
        }
    }

    fn react(&self, event: &Recorded<GuanxiEvent>, facts: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let reaction = match event.own() {
            Some(GuanxiEvent::Order(OrderEvent::PaymentRegistered(attempt))) => {
                let parked = facts.holder(PARKED, &attempt_key(&attempt.mchid, &attempt.out_trade_no));
                parked.and_then(|parked| claim(parked.clone(), &event.stream))
            }
            Some(GuanxiEvent::Suspense(SuspenseEvent::PaymentParked(parked))) => {
                let order = facts.holder(ATTEMPT, &attempt_key(&parked.mchid, &parked.out_trade_no));
                order.and_then(|order| claim(event.stream.clone(), order))
            }
            Some(GuanxiEvent::Suspense(SuspenseEvent::PaymentClaimed(claimed))) => {
                let order = StreamRef::new(Order::TYPE, claimed.order_id.as_str());
                let (command, at) = match &claimed.money {
                    MoneyFact::Payment(fact) => {
                        (OrderCommand::RecordPayment(fact.clone()), Some(fact.succeeded_at))
                    }
                    MoneyFact::Refund(fact) => (OrderCommand::RecordRefund(fact.clone()), fact.succeeded_at),
                };
                let reaction = Reaction::new("record", order, command.into());
                // The order dates the money by its store; what surrounds the event is dated as the provider dates.
                let provider = TimeZoneId::shanghai();
                Some(match at {
                    Some(at) => reaction.dated(at, provider.business_date(at)),
                    None => reaction,
                })
            }
            _ => None,
        };
        reaction.into_iter().collect()
    }
}

fn claim(suspense: StreamRef, order: &StreamRef) -> Option<Reaction<GuanxiCommand>> {
    let order_id = OrderId::new(&order.aggregate_id).ok()?;
    Some(Reaction::new(
        "claim",
        suspense,
        SuspenseCommand::Claim { order_id }.into(),
    ))
}
