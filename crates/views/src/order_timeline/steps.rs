//! Which events name an order, and what each says of it.

use guanxi_domain::GuanxiEvent;
use guanxi_domain::coupon::CouponEvent;
use guanxi_domain::guide::GuideEvent;
use guanxi_domain::order::OrderEvent;
use guanxi_domain::suspense::{MoneyFact, SuspenseEvent};
use guanxi_kernel::{Fen, Recorded};

use super::view::Step;

/// The order that an event names, on its own stream or on another.
pub(super) fn order_of(event: &Recorded<GuanxiEvent>) -> Option<String> {
    let named = match event.own()? {
        GuanxiEvent::Order(_) => return Some(event.stream.aggregate_id.to_string()),
        GuanxiEvent::Coupon(coupon) => match coupon {
            CouponEvent::CouponReserved(it) => Some(&it.order_id),
            CouponEvent::ReservationReleased(it) => Some(&it.order_id),
            CouponEvent::CouponRedeemed(it) => it.order_id.as_ref(),
            CouponEvent::RedemptionMissed(it) => Some(&it.order_id),
            CouponEvent::CouponReturned(it) => Some(&it.order_id),
            CouponEvent::RedemptionAwaited(it) => Some(&it.order_id),
            CouponEvent::CouponIssued(_)
            | CouponEvent::CouponExpired(_)
            | CouponEvent::CouponRevoked(_)
            | CouponEvent::CouponTransferred(_) => None,
        },
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionAccrued(it)) => Some(&it.order_id),
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionBecamePayable(it)) => Some(&it.order_id),
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionReversed(it)) => Some(&it.order_id),
        GuanxiEvent::Suspense(SuspenseEvent::PaymentClaimed(it)) => Some(&it.order_id),
        _ => None,
    };
    named.map(ToString::to_string)
}

/// The step that an event is.
pub(super) fn step(event: &Recorded<GuanxiEvent>) -> Step {
    let (amount_fen, number) = event.own().map(told).unwrap_or_default();
    Step {
        position: event.position,
        event: event.event_type.to_string(),
        occurred_at: event.metadata.occurred_at,
        amount_fen,
        number,
    }
}

/// How much, and by which number others know it.
fn told(event: &GuanxiEvent) -> (Option<Fen>, Option<String>) {
    match event {
        GuanxiEvent::Order(order) => of_order(order),
        GuanxiEvent::Coupon(CouponEvent::CouponRedeemed(it)) => {
            (it.discount_fen, Some(it.campaign_id.to_string()))
        }
        GuanxiEvent::Coupon(CouponEvent::RedemptionMissed(it)) => {
            (it.discount_fen, Some(it.campaign_id.to_string()))
        }
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionAccrued(it)) => (Some(it.commission_fen), None),
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionBecamePayable(it)) => {
            (Some(it.commission_fen), None)
        }
        GuanxiEvent::GuideRelationship(GuideEvent::CommissionReversed(it)) => (Some(it.commission_fen), None),
        GuanxiEvent::Suspense(SuspenseEvent::PaymentClaimed(it)) => match &it.money {
            MoneyFact::Payment(fact) => (Some(fact.amount_fen), Some(fact.transaction_id.to_string())),
            MoneyFact::Refund(fact) => (Some(fact.amount_fen), Some(fact.refund_id.to_string())),
        },
        _ => (None, None),
    }
}

fn of_order(event: &OrderEvent) -> (Option<Fen>, Option<String>) {
    match event {
        OrderEvent::Placed(it) => (Some(it.totals.payable_fen), None),
        OrderEvent::PaymentRegistered(it) => (Some(it.amount_fen), Some(it.out_trade_no.to_string())),
        OrderEvent::PaymentCaptured(it) => (Some(it.amount_fen), Some(it.transaction_id.to_string())),
        OrderEvent::PaymentMismatched(it) => (Some(it.amount_fen), Some(it.transaction_id.to_string())),
        OrderEvent::SurplusCaptured(it) => (Some(it.surplus_fen), Some(it.transaction_id.to_string())),
        OrderEvent::Paid(it) => (Some(it.totals.payable_fen), None),
        OrderEvent::CloseRequested(it) => (None, Some(it.out_trade_no.to_string())),
        OrderEvent::QueryRequested(it) => (None, Some(it.out_trade_no.to_string())),
        OrderEvent::InstructionNoted(it) => (None, Some(it.number.clone())),
        OrderEvent::Closed(it) => (None, Some(it.out_trade_no.to_string())),
        OrderEvent::Cancelled(_)
        | OrderEvent::PickupCodeIssued(_)
        | OrderEvent::PickedUp(_)
        | OrderEvent::ReceiptConfirmed(_)
        | OrderEvent::Completed(_) => (None, None),
        OrderEvent::Shipped(it) => (None, Some(it.shipment_no.to_string())),
        OrderEvent::AfterSaleRequested(it) => (None, Some(it.after_sale_id.to_string())),
        OrderEvent::AfterSaleApproved(it) => (None, Some(it.after_sale_id.to_string())),
        OrderEvent::AfterSaleRejected(it) => (None, Some(it.after_sale_id.to_string())),
        OrderEvent::AfterSaleWithdrawn(it) => (None, Some(it.after_sale_id.to_string())),
        OrderEvent::ReturnReceived(it) => (Some(it.refund_fen), Some(it.after_sale_id.to_string())),
        OrderEvent::RefundRequested(it) => (Some(it.amount_fen), Some(it.out_refund_no.to_string())),
        OrderEvent::RefundSucceeded(it) => (Some(it.amount_fen), Some(it.refund_id.to_string())),
        OrderEvent::RefundFailed(it) => (Some(it.amount_fen), Some(it.refund_id.to_string())),
        OrderEvent::RefundAbnormal(it) => (Some(it.amount_fen), Some(it.refund_id.to_string())),
    }
}
