//! A paid order earns its guide a commission; refunds take it back in part or whole; what is left is payable when the
//! return window has ended.

use guanxi_kernel::policy::{Deadline, DeadlineChange, Facts, Policy, Reaction, Start};
use guanxi_kernel::{
    BusinessDate, Decider, Fen, MemberId, OrderId, Recorded, StoreId, StreamRef, TimeZoneId, Timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::guide::{
    AccrueCommission, GuideCommand, GuideEvent, GuideRelationship, MakeCommissionPayable, ReverseCommission,
};
use crate::order::{GuideTerms, OrderEvent};
use crate::{GuanxiCommand, GuanxiEvent};

/// Order paid → commission accrued; refunded → reversed; return window over → payable.
#[derive(Debug, Clone, Copy)]
pub struct OrderCommission {
    /// Whole days after the day of the sale on which goods may be returned; commission is payable from the midnight
    /// that ends the last of them.
    pub return_window_days: u16,
}

impl Default for OrderCommission {
    /// Seven days, as the law gives those who buy from afar.
    fn default() -> Self {
        Self {
            return_window_days: 7,
        }
    }
}

/// What a deadline needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct Window {
    relationship: String,
    order_id: OrderId,
    /// The day that begins with the deadline, at the store.
    business_date: BusinessDate,
}

impl Policy for OrderCommission {
    const NAME: &'static str = "order_commission";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Order(order)) = event.own() else {
            return Vec::new();
        };
        let Ok(order_id) = OrderId::new(&event.stream.aggregate_id) else {
            return Vec::new();
        };
        self.of_order(order, order_id, event.metadata.occurred_at)
            .into_iter()
            .collect()
    }

    fn deadlines(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<DeadlineChange> {
        let relationship = &event.stream.aggregate_id;
        let key = |order_id: &OrderId| format!("{relationship} {order_id}");
        match event.own() {
            Some(GuanxiEvent::GuideRelationship(GuideEvent::CommissionAccrued(accrued))) => {
                let window = Window {
                    relationship: relationship.to_string(),
                    order_id: accrued.order_id.clone(),
                    business_date: self.payable_on(accrued.business_date),
                };
                vec![DeadlineChange::Set {
                    key: key(&accrued.order_id),
                    due_at: accrued.payable_at,
                    payload: json!(window),
                }]
            }
            Some(GuanxiEvent::GuideRelationship(GuideEvent::CommissionReversed(reversed)))
                if reversed.total_fen == Fen::ZERO =>
            {
                vec![DeadlineChange::Cancel {
                    key: key(&reversed.order_id),
                }]
            }
            _ => Vec::new(),
        }
    }

    fn due(&self, deadline: &Deadline) -> Vec<Reaction<GuanxiCommand>> {
        let Ok(window) = deadline.payload::<Window>() else {
            return Vec::new();
        };
        let command = GuideCommand::MakeCommissionPayable(MakeCommissionPayable {
            order_id: window.order_id,
            payable_at: deadline.due_at,
            business_date: window.business_date,
        });
        let target = StreamRef::new(GuideRelationship::TYPE, window.relationship);
        let reaction = Reaction::new("payable", target, command.into());
        vec![reaction.dated(deadline.due_at, window.business_date)]
    }
}

/// A sale as far as commission goes.
struct Sale<'a> {
    order_id: OrderId,
    guide: &'a GuideTerms,
    member: Option<&'a MemberId>,
    store: &'a StoreId,
    zone: &'a TimeZoneId,
    at: Timestamp,
    date: BusinessDate,
    base_fen: Fen,
}

impl OrderCommission {
    fn of_order(
        self,
        event: &OrderEvent,
        order_id: OrderId,
        occurred_at: Timestamp,
    ) -> Option<Reaction<GuanxiCommand>> {
        match event {
            OrderEvent::Paid(paid) if !paid.test => self.accrue(&Sale {
                order_id,
                guide: paid.guide.as_ref()?,
                member: paid.member_id.as_ref(),
                store: &paid.store_id,
                zone: &paid.time_zone,
                at: paid.paid_at,
                date: paid.business_date,
                base_fen: paid.earning_base_fen,
            }),
            // A refund that was held against the sale turns out to be of money that came twice.
            OrderEvent::SurplusCaptured(surplus) if !surplus.test => self.accrue(&Sale {
                order_id,
                guide: surplus.guide.as_ref()?,
                member: surplus.member_id.as_ref(),
                store: &surplus.store_id,
                zone: &surplus.time_zone,
                at: occurred_at,
                date: surplus.business_date,
                base_fen: surplus.earning_base_fen?,
            }),
            // Refunds before the payment are counted by it.
            OrderEvent::RefundSucceeded(refund) if !refund.test && refund.sale_date.is_some() => {
                let guide = refund.guide.as_ref()?;
                let command = GuideCommand::ReverseCommission(ReverseCommission {
                    order_id,
                    base_fen: refund.earning_base_fen,
                    reversed_at: refund.succeeded_at,
                    business_date: refund.business_date,
                });
                let reaction = ask("reverse", guide, refund.member_id.as_ref(), command)?;
                Some(reaction.dated(refund.succeeded_at, refund.business_date))
            }
            _ => None,
        }
    }

    fn accrue(self, sale: &Sale<'_>) -> Option<Reaction<GuanxiCommand>> {
        let command = GuideCommand::AccrueCommission(AccrueCommission {
            guide_id: sale.guide.guide_id.clone(),
            member_id: sale.member.cloned(),
            order_id: sale.order_id.clone(),
            rate: sale.guide.rate,
            base_fen: sale.base_fen.at_least(Fen::ZERO),
            accrued_at: sale.at,
            business_date: sale.date,
            store_id: Some(sale.store.clone()),
            payable_at: self.payable_on(sale.date).starts_at(sale.zone),
        });
        let reaction = ask("accrue", sale.guide, sale.member, command)?;
        Some(reaction.dated(sale.at, sale.date))
    }

    fn payable_on(self, sold_on: BusinessDate) -> BusinessDate {
        sold_on.plus_days(i32::from(self.return_window_days) + 1)
    }
}

/// The guide earned it, whether or not anybody knows the customer.
fn ask(
    purpose: &'static str,
    guide: &GuideTerms,
    member: Option<&MemberId>,
    command: GuideCommand,
) -> Option<Reaction<GuanxiCommand>> {
    let id = GuideRelationship::id(&guide.guide_id, member).ok()?;
    let target = StreamRef::new(GuideRelationship::TYPE, id);
    Some(Reaction::new(purpose, target, command.into()))
}
