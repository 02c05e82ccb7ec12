//! What the timeline promises.

use guanxi_domain::coupon::{CouponEvent, CouponReserved};
use guanxi_domain::order::{Cancelled, OrderStatus};
use guanxi_kernel::Fen;

use super::*;
use crate::story::{Story, captured, noon, paid, refunded};

const DAY: &str = "2026-03-01";

fn order(story: &Story) -> Timeline {
    story.rows(&OrderTimeline).remove("o-1").unwrap_or_default()
}

#[test]
fn everything_that_names_the_order_is_a_step() {
    let reserved = CouponReserved {
        order_id: "o-1".parse().unwrap(),
        reserved_at: noon(DAY),
    };
    let story = Story::default()
        .add("coupon", "k-1", DAY, CouponEvent::from(reserved))
        .order("o-1", DAY, captured(DAY, "s-1", "counter", 10_500, 0))
        .order("o-1", DAY, paid(DAY, "s-1", "counter", Some("m-1")));
    let steps = order(&story).steps;
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.event.as_str(), step.amount_fen))
        .collect();
    assert_eq!(
        told,
        [
            ("coupon.reserved.v1", None),
            ("order.payment_captured.v1", Some(Fen(10_500))),
            ("order.paid.v1", Some(Fen(10_500))),
        ]
    );
    assert_eq!(steps[1].number.as_deref(), Some("t-1"));
}

#[test]
fn sums_follow_the_money_and_facts_alone_make_no_order() {
    let story = Story::default()
        .order("o-1", DAY, captured(DAY, "s-1", "counter", 11_000, 500))
        .order("o-1", DAY, refunded(DAY, None, "s-1", 500));
    let found = order(&story);
    let sums = (found.captured_fen, found.surplus_fen, found.refunded_fen);
    assert_eq!(sums, (Fen(11_000), Fen(500), Fen(500)));
    assert_eq!((found.status, found.payable_fen), (OrderStatus::Unknown, None));
}

#[test]
fn a_cancelled_order_says_so() {
    let cancelled = Cancelled {
        reason: "customer".to_owned(),
        cancelled_at: noon(DAY),
        coupons: Vec::new(),
    };
    assert!(order(&Story::default().order("o-1", DAY, cancelled)).cancelled);
}
