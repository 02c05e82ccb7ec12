//! A coupon's way from its claim to its use and back.
//!
//! One policy for all of it, since commands of one policy reach a stream in the order of the log: a coupon claimed
//! before its order was paid is issued before it is redeemed, and returned only after that.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, OrderId, Recorded, StreamRef};

use crate::campaign::coupon_claimed;
use crate::coupon::{Coupon, CouponCommand, IssueCoupon, RedeemCoupon, ReturnCoupon};
use crate::ids::CouponId;
use crate::order::{OrderEvent, Paid, RefundSucceeded};
use crate::{GuanxiCommand, GuanxiEvent};

/// Campaign's claim → coupon issued; order paid → redeemed; its last goods refunded → returned.
#[derive(Debug)]
pub struct CouponLife;

type Asked = Vec<Reaction<GuanxiCommand>>;

impl Policy for CouponLife {
    const NAME: &'static str = "coupon_life";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Asked {
        let own = event.own();
        if let Some(claimed) = own.and_then(coupon_claimed) {
            let command = CouponCommand::IssueCoupon(IssueCoupon::from(claimed));
            return vec![ask("issue", &claimed.coupon_id, command)];
        }
        match own {
            Some(GuanxiEvent::Order(order)) => OrderId::new(&event.stream.aggregate_id)
                .map(|order_id| of_order(order, &order_id))
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

fn of_order(event: &OrderEvent, order_id: &OrderId) -> Asked {
    match event {
        OrderEvent::Paid(paid) => {
            let mut asked = redemptions(paid, order_id);
            let back = paid.coupons_returned.iter();
            asked.extend(back.map(|coupon| returned_before(paid, coupon, order_id)));
            asked
        }
        OrderEvent::RefundSucceeded(refund) => {
            let back = refund.coupons_returned.iter();
            back.map(|coupon| returned(refund, coupon, order_id)).collect()
        }
        _ => Vec::new(),
    }
}

fn redemptions(paid: &Paid, order_id: &OrderId) -> Asked {
    let redeem = |coupon: &crate::order::AppliedCoupon| {
        let command = CouponCommand::RedeemCoupon(RedeemCoupon {
            order_id: Some(order_id.clone()),
            discount_fen: coupon.discount_fen,
            redeemed_at: paid.paid_at,
            business_date: paid.business_date,
            store_id: Some(paid.store_id.clone()),
            channel: Some(paid.channel.clone()),
            campaign_id: Some(coupon.campaign_id.clone()),
        });
        ask("redeem", &coupon.coupon_id, command).dated(paid.paid_at, paid.business_date)
    };
    paid.coupons.iter().map(redeem).collect()
}

/// All that the coupon covered had gone back before the order became paid.
fn returned_before(paid: &Paid, coupon: &CouponId, order_id: &OrderId) -> Reaction<GuanxiCommand> {
    let command = CouponCommand::ReturnCoupon(ReturnCoupon {
        order_id: order_id.clone(),
        returned_at: paid.paid_at,
        business_date: paid.business_date,
        store_id: Some(paid.store_id.clone()),
        channel: Some(paid.channel.clone()),
    });
    ask("return", coupon, command).dated(paid.paid_at, paid.business_date)
}

fn returned(refund: &RefundSucceeded, coupon: &CouponId, order_id: &OrderId) -> Reaction<GuanxiCommand> {
    let command = CouponCommand::ReturnCoupon(ReturnCoupon {
        order_id: order_id.clone(),
        returned_at: refund.succeeded_at,
        business_date: refund.business_date,
        store_id: Some(refund.store_id.clone()),
        channel: Some(refund.channel.clone()),
    });
    ask("return", coupon, command).dated(refund.succeeded_at, refund.business_date)
}

fn ask(purpose: &'static str, coupon: &CouponId, command: CouponCommand) -> Reaction<GuanxiCommand> {
    Reaction::new(
        purpose,
        StreamRef::new(Coupon::TYPE, coupon.as_str()),
        command.into(),
    )
}
