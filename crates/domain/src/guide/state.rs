//! What the events between a guide and a member add up to.

use std::collections::{BTreeMap, BTreeSet};

use guanxi_kernel::{BasisPoints, Fen, GuideId, MemberId, OrderId, StoreId, Timestamp};
use serde::{Deserialize, Serialize};

use super::events::{Bound, GuideEvent, HandoverRequested};
use crate::ids::SettlementNo;

/// A relationship as of its last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GuideState {
    /// Whether the guide serves the member.
    pub binding: Binding,
    /// A handover under way.
    pub pending: Option<HandoverRequested>,
    /// When the member was handed over on the job, as far as this guide knows.
    pub transfers: BTreeSet<Timestamp>,
    /// What orders have earned.
    pub earned: Earned,
}

/// Whether the guide serves the member.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Binding {
    /// Never did.
    #[default]
    Never,
    /// Does.
    Bound(Bound),
    /// Did.
    Ended {
        /// Until when.
        at: Timestamp,
        /// Where the guide served the member last; what is left to do between them stays this store's. Snapshots
        /// from before this field are not read but folded again, hence no missing value.
        #[serde(deserialize_with = "Option::deserialize")]
        store_id: Option<StoreId>,
    },
}

impl Binding {
    /// The store where the guide serves or last served the member.
    #[must_use]
    pub fn store_id(&self) -> Option<&StoreId> {
        match self {
            Self::Never => None,
            Self::Bound(bound) => bound.store_id.as_ref(),
            Self::Ended { store_id, .. } => store_id.as_ref(),
        }
    }
}

/// What orders have earned the guide; kept for good, since refunds may come late and never move to another guide.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Earned {
    /// The guide and the member of these orders.
    pub by: Option<(GuideId, Option<MemberId>)>,
    /// Order by order.
    pub orders: BTreeMap<OrderId, OrderEarning>,
    /// What has become payable, less what was reversed of it.
    pub payable_fen: Fen,
    /// What has been paid.
    pub settled_fen: Fen,
    /// Payrolls that have been here.
    pub settlements: BTreeSet<SettlementNo>,
}

/// What one order has earned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderEarning {
    /// The rate frozen into it.
    pub rate: BasisPoints,
    /// What was given so far, less what was taken back.
    pub given_fen: Fen,
    /// The part of it that has become payable.
    pub payable_fen: Fen,
    /// When its return window ends.
    pub payable_at: Timestamp,
}

impl GuideState {
    /// Folds one event.
    pub fn apply(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::Bound(bound) => {
                let handed_over = bound.handed_over.iter().flat_map(|it| it.transfers.iter());
                self.transfers.extend(handed_over.copied());
                self.binding = Binding::Bound(bound.clone());
            }
            GuideEvent::BindingRenewed(renewed) => {
                if let Binding::Bound(bound) = &mut self.binding {
                    bound.expires_at = renewed.expires_at;
                }
            }
            GuideEvent::BindingExpired(expired) => self.end(expired.expired_at),
            GuideEvent::Unbound(unbound) => self.end(unbound.unbound_at),
            GuideEvent::HandoverRequested(requested) => self.pending = Some(requested.clone()),
            GuideEvent::HandoverCompleted(completed) => {
                self.transfers = completed.transfers.iter().copied().collect();
                self.end(completed.completed_at);
            }
            GuideEvent::HandoverRejected(_) | GuideEvent::HandoverCapReached(_) => self.pending = None,
            GuideEvent::CommissionAccrued(_)
            | GuideEvent::CommissionBecamePayable(_)
            | GuideEvent::CommissionReversed(_)
            | GuideEvent::CommissionSettled(_) => self.earned.apply(event),
        }
    }

    fn end(&mut self, at: Timestamp) {
        self.pending = None;
        let store_id = self.binding.store_id().cloned();
        self.binding = Binding::Ended { at, store_id };
    }
}

impl Earned {
    /// What would be paid now; below zero where more was reversed than has become payable since the last payment.
    #[must_use]
    pub fn balance_fen(&self) -> Fen {
        self.payable_fen - self.settled_fen
    }

    fn apply(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::CommissionAccrued(accrued) => {
                self.by = Some((accrued.guide_id.clone(), accrued.member_id.clone()));
                let order = self
                    .orders
                    .entry(accrued.order_id.clone())
                    .or_insert(OrderEarning {
                        rate: accrued.rate,
                        given_fen: Fen::ZERO,
                        payable_fen: Fen::ZERO,
                        payable_at: accrued.payable_at,
                    });
                order.given_fen = accrued.total_fen;
            }
            GuideEvent::CommissionBecamePayable(payable) => {
                self.payable_fen += payable.commission_fen;
                if let Some(order) = self.orders.get_mut(&payable.order_id) {
                    order.payable_fen += payable.commission_fen;
                }
            }
            GuideEvent::CommissionReversed(reversed) => {
                self.payable_fen -= reversed.carried_fen;
                if let Some(order) = self.orders.get_mut(&reversed.order_id) {
                    order.given_fen = reversed.total_fen;
                    order.payable_fen -= reversed.carried_fen;
                }
            }
            GuideEvent::CommissionSettled(settled) => {
                self.settled_fen += settled.amount_fen;
                self.settlements.insert(settled.settlement_no.clone());
            }
            _ => {}
        }
    }
}
