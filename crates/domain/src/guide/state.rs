//! What the events between a guide and a member add up to.

use std::collections::BTreeMap;

use guanxi_kernel::{Fen, OrderId, Timestamp};
use serde::{Deserialize, Serialize};

use super::events::{Bound, GuideEvent};

/// A relationship as of its last event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GuideState {
    /// Whether the guide serves the member.
    pub binding: Binding,
    /// What each order has earned so far; kept for good, since refunds may come late and never move to another guide.
    pub earned: BTreeMap<OrderId, Fen>,
}

/// Whether the guide serves the member. A handover that is under way will be a state between the last two.
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
    },
}

impl GuideState {
    /// Folds one event.
    pub fn apply(&mut self, event: &GuideEvent) {
        match event {
            GuideEvent::Bound(bound) => self.binding = Binding::Bound(bound.clone()),
            GuideEvent::Unbound(unbound) => {
                self.binding = Binding::Ended {
                    at: unbound.unbound_at,
                }
            }
            GuideEvent::CommissionAccrued(accrued) => {
                self.earned.insert(accrued.order_id.clone(), accrued.total_fen);
            }
        }
    }
}
