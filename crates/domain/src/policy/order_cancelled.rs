//! An order that is called off frees its coupons.

use guanxi_kernel::policy::{Facts, Policy, Reaction, Start};
use guanxi_kernel::{Decider, OrderId, Recorded, StreamRef};

use crate::coupon::{Coupon, CouponCommand, ReleaseCoupon, ReleaseReason};
use crate::order::OrderEvent;
use crate::{GuanxiCommand, GuanxiEvent};

/// Order cancelled → coupons released.
#[derive(Debug)]
pub struct OrderCancelled;

impl Policy for OrderCancelled {
    const NAME: &'static str = "order_cancelled";
    const STARTS: Start = Start::Beginning;
    type Event = GuanxiEvent;
    type Command = GuanxiCommand;

    fn react(&self, event: &Recorded<GuanxiEvent>, _: &Facts<'_>) -> Vec<Reaction<GuanxiCommand>> {
        let Some(GuanxiEvent::Order(OrderEvent::Cancelled(cancelled))) = event.own() else {
            return Vec::new();
        };
        let Ok(order_id) = OrderId::new(&event.stream.aggregate_id) else {
            return Vec::new();
        };
        let release = |coupon: &crate::ids::CouponId| {
            let command = CouponCommand::ReleaseCoupon(ReleaseCoupon {
                order_id: order_id.clone(),
                reason: ReleaseReason::Cancelled,
            });
            Reaction::new(
                "release",
                StreamRef::new(Coupon::TYPE, coupon.as_str()),
                command.into(),
            )
        };
        cancelled.coupons.iter().map(release).collect()
    }
}
