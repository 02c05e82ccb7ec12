//! What is paid earns points, what goes back takes them back, and what is called off gives spent points back.
//!
//! Each command says what the order is still paid for; the member's rules know what it has given and make up the
//! difference, so refunds in any number and order end right.

use std::sync::Arc;

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{
    BusinessDate, ClaimKey, Decider, Fen, MemberId, OrderId, Recorded, StreamRef, TimeZoneId, Timestamp,
};

use crate::loyalty::Programme;
use crate::member::{ALIAS, ClawBackPoints, EarnPoints, Member, MemberCommand, POINTS_ORDER, RestorePoints};
use crate::order::OrderEvent;
use crate::{GuanxiCommand, GuanxiEvent};

/// Order paid → points earned; refunded → points clawed back; cancelled → spent points restored.
#[derive(Debug)]
pub struct LoyaltyOrders {
    /// The rules.
    pub programme: Arc<Programme>,
}

/// What an event says of the money that an order has earned by.
struct Standing<'a> {
    purpose: &'static str,
    member: &'a MemberId,
    base_fen: Fen,
    on: BusinessDate,
    at: Option<Timestamp>,
    time_zone: &'a TimeZoneId,
}

fn standing(event: &OrderEvent) -> Option<Standing<'_>> {
    let (standing, test) = match event {
        OrderEvent::Paid(paid) => {
            let standing = Standing {
                purpose: "earn",
                member: paid.member_id.as_ref()?,
                base_fen: paid.earning_base_fen,
                on: paid.business_date,
                at: Some(paid.paid_at),
                time_zone: &paid.time_zone,
            };
            (standing, paid.test)
        }
        OrderEvent::RefundSucceeded(refund) => {
            let standing = Standing {
                purpose: "claw_back",
                member: refund.member_id.as_ref()?,
                base_fen: refund.earning_base_fen,
                on: refund.business_date,
                at: Some(refund.succeeded_at),
                time_zone: &refund.time_zone,
            };
            (standing, refund.test)
        }
        // A refund that was held against the sale turns out to be of money that came too much.
        OrderEvent::SurplusCaptured(surplus) => {
            let standing = Standing {
                purpose: "restate",
                member: surplus.member_id.as_ref()?,
                base_fen: surplus.earning_base_fen?,
                on: surplus.business_date,
                at: None,
                time_zone: &surplus.time_zone,
            };
            (standing, surplus.test)
        }
        _ => return None,
    };
    (!test).then_some(standing)
}

impl Policy for LoyaltyOrders {
    const NAME: &'static str = "loyalty_orders";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn claims_needed(&self, event: &Recorded<GuanxiEvent>) -> Vec<ClaimKey> {
        match event.own() {
            Some(GuanxiEvent::Order(OrderEvent::Cancelled(_))) => {
                vec![ClaimKey::open(POINTS_ORDER, event.stream.aggregate_id.as_ref())]
            }
            Some(GuanxiEvent::Order(event)) => standing(event)
                .map(|standing| ClaimKey::open(ALIAS, standing.member.as_str()))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    fn react(&self, event: &Recorded<GuanxiEvent>, facts: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Order(order)) = event.own() else {
            return Vec::new();
        };
        let Ok(order_id) = OrderId::new(&event.stream.aggregate_id) else {
            return Vec::new();
        };
        let reaction = match (order, standing(order)) {
            (OrderEvent::Cancelled(_), _) => restore(event, &order_id, facts),
            (_, Some(standing)) => Some(self.bring(&order_id, &standing, facts)),
            _ => None,
        };
        reaction.into_iter().collect()
    }
}

impl LoyaltyOrders {
    /// The command that brings a member's points to what an order is still paid for.
    fn bring(
        &self,
        order_id: &OrderId,
        standing: &Standing<'_>,
        facts: &Facts<'_>,
    ) -> Reaction<GuanxiCommand> {
        let survivor = facts.holder(ALIAS, standing.member.as_str());
        let target = survivor.map_or_else(
            || StreamRef::new(Member::TYPE, standing.member.as_str()),
            StreamRef::clone,
        );
        let order_id = order_id.clone();
        let for_member = survivor.map(|_| standing.member.clone());
        let time_zone = standing.time_zone.clone();
        let programme = Arc::clone(&self.programme);
        let command = if standing.purpose == "earn" {
            MemberCommand::EarnPoints(Box::new(EarnPoints {
                order_id,
                base_fen: standing.base_fen,
                paid_on: standing.on,
                time_zone,
                for_member,
                programme,
            }))
        } else {
            MemberCommand::ClawBackPoints(Box::new(ClawBackPoints {
                order_id,
                base_fen: standing.base_fen,
                refunded_on: standing.on,
                time_zone,
                for_member,
                programme,
            }))
        };
        let reaction = Reaction::new(standing.purpose, target, command.into());
        match standing.at {
            Some(at) => reaction.dated(at, standing.on),
            None => reaction,
        }
    }
}

/// Gives back the points that somebody spent for a cancelled order.
fn restore(
    event: &Recorded<GuanxiEvent>,
    order_id: &OrderId,
    facts: &Facts<'_>,
) -> Option<Reaction<GuanxiCommand>> {
    let member = facts.holder(POINTS_ORDER, order_id.as_str())?;
    let command = MemberCommand::RestorePoints(RestorePoints {
        spend_id: None,
        order_id: Some(order_id.clone()),
        points: None,
        restored_on: event.metadata.business_date,
        // Only dates what ends; the lots have kept the midnights that they had.
        time_zone: TimeZoneId::shanghai(),
    });
    Some(Reaction::new("restore", member.clone(), command.into()))
}
