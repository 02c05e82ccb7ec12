//! A paid order uses its coupons up and earns its guide a commission.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, OrderId, Recorded, StreamRef};

use crate::coupon::{Coupon, CouponCommand, RedeemCoupon};
use crate::guide::{AccrueCommission, GuideCommand, GuideRelationship};
use crate::order::{OrderEvent, Paid};
use crate::{GuanxiCommand, GuanxiEvent};

/// Order paid → coupons redeemed, commission accrued.
#[derive(Debug)]
pub struct OrderPaid;

impl Policy for OrderPaid {
    const NAME: &'static str = "order_paid";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Order(OrderEvent::Paid(paid))) = event.own() else {
            return Vec::new();
        };
        let Ok(order_id) = OrderId::new(&event.stream.aggregate_id) else {
            return Vec::new();
        };
        let mut reactions = redemptions(paid, &order_id);
        reactions.extend(commission(paid, &order_id));
        reactions
            .into_iter()
            .map(|reaction| reaction.dated(paid.paid_at, paid.business_date))
            .collect()
    }
}

fn redemptions(paid: &Paid, order_id: &OrderId) -> Vec<Reaction<GuanxiCommand>> {
    let redeem = |coupon: &crate::order::AppliedCoupon| {
        let command = CouponCommand::RedeemCoupon(RedeemCoupon {
            order_id: Some(order_id.clone()),
            discount_fen: coupon.discount_fen,
            redeemed_at: paid.paid_at,
            business_date: paid.business_date,
            store_id: Some(paid.store_id.clone()),
            channel: Some(paid.channel.clone()),
        });
        Reaction::new(
            "redeem",
            StreamRef::new(Coupon::TYPE, coupon.coupon_id.as_str()),
            command.into(),
        )
    };
    paid.coupons.iter().map(redeem).collect()
}

/// The guide's share of the goods that were paid for. A person who is not known yet cannot have a guide.
fn commission(paid: &Paid, order_id: &OrderId) -> Option<Reaction<GuanxiCommand>> {
    let (guide, member) = (paid.guide.as_ref()?, paid.member_id.as_ref()?);
    if paid.test {
        return None;
    }
    let command = GuideCommand::AccrueCommission(AccrueCommission {
        order_id: order_id.clone(),
        rate: guide.rate,
        base_fen: paid.earning_base_fen,
        accrued_at: paid.paid_at,
    });
    let id = format!("{}/{member}", guide.guide_id);
    Some(Reaction::new(
        "accrue",
        StreamRef::new(GuideRelationship::TYPE, id),
        command.into(),
    ))
}
