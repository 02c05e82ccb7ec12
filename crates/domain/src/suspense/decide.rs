//! The rules of suspense.

use std::collections::BTreeMap;

use guanxi_kernel::{ClaimChange, ClaimKey, Decider, OrderId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{MoneyFact, PaymentClaimed, PaymentParked, SuspenseEvent};
use super::refusal::SuspenseRefusal;
use crate::ids::{MerchantId, OutTradeNo};
use crate::order::attempt_key;

/// Claim scope: money is parked under this attempt.
pub const PARKED: &str = "suspense.parked";

/// Money without an order.
#[derive(Debug)]
pub struct Suspense;

/// What can be asked of suspense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum SuspenseCommand {
    /// Puts a payment or refund aside.
    Park {
        /// Who received the money.
        mchid: MerchantId,
        /// The attempt that nobody has registered.
        out_trade_no: OutTradeNo,
        /// What was said.
        money: MoneyFact,
    },
    /// Hands everything that is parked to its order.
    Claim {
        /// Whose it is.
        order_id: OrderId,
    },
}

/// What is parked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SuspenseState {
    /// Facts by their key, and whether they have been claimed.
    pub facts: BTreeMap<String, (PaymentParked, bool)>,
}

impl Decider for Suspense {
    const TYPE: &'static str = "suspense";
    type State = SuspenseState;
    type Command = SuspenseCommand;
    type Event = SuspenseEvent;
    type Refusal = SuspenseRefusal;

    fn decide(
        state: &SuspenseState,
        command: &SuspenseCommand,
    ) -> Result<Vec<SuspenseEvent>, SuspenseRefusal> {
        match command {
            SuspenseCommand::Park {
                mchid,
                out_trade_no,
                money,
            } => {
                let parked = PaymentParked {
                    mchid: mchid.clone(),
                    out_trade_no: out_trade_no.clone(),
                    money: money.clone(),
                };
                match state.facts.get(&money.key()) {
                    Some((known, _)) if says_the_same(&known.money, money) => Ok(Vec::new()),
                    Some(_) => Err(SuspenseRefusal::Conflict(money.key())),
                    None => Ok(vec![parked.into()]),
                }
            }
            SuspenseCommand::Claim { order_id } => {
                let waiting = state.facts.values().filter(|(_, claimed)| !claimed);
                Ok(waiting
                    .map(|(parked, _)| claimed(parked, order_id).into())
                    .collect())
            }
        }
    }

    fn evolve(state: &mut SuspenseState, event: &SuspenseEvent) {
        match event {
            SuspenseEvent::PaymentParked(parked) => {
                state.facts.insert(parked.money.key(), (parked.clone(), false));
            }
            SuspenseEvent::PaymentClaimed(claimed) => {
                if let Some((_, done)) = state.facts.get_mut(&claimed.money.key()) {
                    *done = true;
                }
            }
        }
    }

    fn claims(event: &SuspenseEvent) -> Vec<ClaimChange> {
        let claim = |mchid, out_trade_no| ClaimKey::open(PARKED, attempt_key(mchid, out_trade_no));
        vec![match event {
            SuspenseEvent::PaymentParked(parked) => {
                ClaimChange::Take(claim(&parked.mchid, &parked.out_trade_no))
            }
            SuspenseEvent::PaymentClaimed(claimed) => {
                ClaimChange::Release(claim(&claimed.mchid, &claimed.out_trade_no))
            }
        }]
    }
}

/// Who the payer was recognised as may differ between two notices of one payment; the money may not.
fn says_the_same(known: &MoneyFact, said: &MoneyFact) -> bool {
    match (known, said) {
        (MoneyFact::Payment(known), MoneyFact::Payment(said)) => known.amount_fen == said.amount_fen,
        (MoneyFact::Refund(known), MoneyFact::Refund(said)) => {
            known.amount_fen == said.amount_fen && known.transaction_id == said.transaction_id
        }
        _ => false,
    }
}

fn claimed(parked: &PaymentParked, order_id: &OrderId) -> PaymentClaimed {
    PaymentClaimed {
        mchid: parked.mchid.clone(),
        out_trade_no: parked.out_trade_no.clone(),
        order_id: order_id.clone(),
        money: parked.money.clone(),
    }
}
