//! What the dashboard promises, told as events and the figures that follow.

use guanxi_domain::coupon::{CouponRedeemed, CouponReturned, Funder};
use guanxi_domain::member::{Activated, EnrolSource, Enrolled, Profile};
use guanxi_kernel::Fen;

use super::*;
use crate::story::{Story, captured, noon, paid, refunded};

const DAY: &str = "2026-03-01";
const NEXT: &str = "2026-03-02";

fn row(story: &Story, store: &str, day: &str, channel: &str) -> Total {
    let cell = Cell::Channel(store.to_owned(), day.parse().unwrap(), channel.to_owned());
    story.totals(&StoreDashboard).remove(&cell).unwrap_or_default()
}

fn store_day(story: &Story, store: &str, day: &str) -> Total {
    let cell = Cell::Store(store.to_owned(), day.parse().unwrap());
    story.totals(&StoreDashboard).remove(&cell).unwrap_or_default()
}

fn chain_day(story: &Story, day: &str) -> Total {
    story
        .totals(&StoreDashboard)
        .remove(&Cell::Chain(day.parse().unwrap()))
        .unwrap_or_default()
}

fn enrolled(source: EnrolSource, walk_in: bool) -> guanxi_domain::member::MemberEvent {
    Enrolled {
        source,
        walk_in,
        subjects: Vec::new(),
        profile: Profile::default(),
        store_id: Some("s-1".parse().unwrap()),
        channel: Some("counter".parse().unwrap()),
    }
    .into()
}

fn redeemed(order: Option<&str>) -> guanxi_domain::coupon::CouponEvent {
    CouponRedeemed {
        order_id: order.map(|order| order.parse().unwrap()),
        campaign_id: "c-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        funder: Funder::Us,
        discount_fen: None,
        redeemed_at: noon(DAY),
        business_date: DAY.parse().unwrap(),
        store_id: order.map(|_| "s-1".parse().unwrap()),
        channel: order.map(|_| "counter".parse().unwrap()),
    }
    .into()
}

#[test]
fn a_paid_order_is_counted_and_its_sums_add_up() {
    let story = Story::default().order("o-1", DAY, paid(DAY, "s-1", "counter", Some("m-1")));
    let Total { figures, buyers } = row(&story, "s-1", DAY, "counter");
    assert_eq!(
        (
            figures.orders,
            figures.units,
            buyers,
            figures.orders_without_member
        ),
        (1, 2, 1, 0)
    );
    assert_eq!(figures.paid_fen, Fen(10_500));
    assert_eq!(
        figures.paid_fen,
        figures.shelf_fen - figures.promotion_discount_fen - figures.coupon_discount_fen
    );
    assert_eq!(
        (figures.freight_fen, figures.manufacturer_coupon_fen),
        (Fen(800), Fen(200))
    );
}

#[test]
fn buyers_are_distinct_at_each_level_and_never_add_up() {
    let story = Story::default()
        .order("o-1", DAY, paid(DAY, "s-1", "counter", Some("m-1")))
        .order("o-2", DAY, paid(DAY, "s-1", "counter", Some("m-1")))
        .order("o-3", DAY, paid(DAY, "s-1", "mini_program", Some("m-1")))
        .order("o-4", DAY, paid(DAY, "s-2", "counter", Some("m-1")))
        .order("o-5", DAY, paid(DAY, "s-2", "counter", Some("m-2")))
        .order("o-6", NEXT, paid(NEXT, "s-1", "counter", Some("m-1")))
        .order("o-7", DAY, paid(DAY, "s-1", "counter", None));
    assert_eq!(row(&story, "s-1", DAY, "counter").buyers, 1);
    assert_eq!(row(&story, "s-1", DAY, "mini_program").buyers, 1);
    assert_eq!(store_day(&story, "s-1", DAY).buyers, 1);
    assert_eq!(store_day(&story, "s-2", DAY).buyers, 2);
    assert_eq!(chain_day(&story, DAY).buyers, 2);
    assert_eq!(chain_day(&story, NEXT).buyers, 1);
    let counter = row(&story, "s-1", DAY, "counter").figures;
    assert_eq!((counter.orders, counter.orders_without_member), (3, 1));
    assert_eq!(chain_day(&story, DAY).figures.orders, 6);
}

#[test]
fn a_refund_is_dated_by_its_success_and_restates_the_day_of_the_sale() {
    let story = Story::default()
        .order("o-1", DAY, captured(DAY, "s-1", "counter", 10_500, 0))
        .order("o-1", DAY, paid(DAY, "s-1", "counter", Some("m-1")))
        .order("o-1", NEXT, refunded(NEXT, Some(DAY), "s-1", 3_000));
    let sale = row(&story, "s-1", DAY, "counter").figures;
    assert_eq!(
        (sale.captured_fen, sale.refunded_fen, sale.refunded_of_day_fen),
        (Fen(10_500), Fen(0), Fen(3_000))
    );
    assert_eq!((sale.orders, sale.paid_fen), (1, Fen(10_500)));
    let back = row(&story, "s-1", NEXT, "counter").figures;
    assert_eq!(
        (back.refunded_fen, back.refunded_of_day_fen),
        (Fen(3_000), Fen(0))
    );
}

#[test]
fn a_refund_on_the_day_of_the_sale_counts_in_both_columns() {
    let story = Story::default()
        .order("o-1", DAY, paid(DAY, "s-1", "counter", None))
        .order("o-1", DAY, refunded(DAY, Some(DAY), "s-1", 3_000));
    let day = row(&story, "s-1", DAY, "counter").figures;
    assert_eq!(
        (day.refunded_fen, day.refunded_of_day_fen),
        (Fen(3_000), Fen(3_000))
    );
}

#[test]
fn a_refund_seen_before_its_payment_restates_the_day_when_the_order_is_paid() {
    let later = guanxi_domain::order::Paid {
        refunded_before_fen: Fen(3_000),
        ..paid(NEXT, "s-1", "counter", None)
    };
    let story = Story::default()
        .order("o-1", DAY, refunded(DAY, None, "s-1", 3_000))
        .order("o-1", NEXT, later);
    assert_eq!(
        row(&story, "s-1", DAY, "counter").figures.refunded_fen,
        Fen(3_000)
    );
    assert_eq!(
        row(&story, "s-1", NEXT, "counter").figures.refunded_of_day_fen,
        Fen(3_000)
    );
}

#[test]
fn surplus_is_captured_and_refunded_but_no_sale() {
    let mut back = refunded(DAY, Some(DAY), "s-1", 1_000);
    back.of_surplus = true;
    let story = Story::default()
        .order("o-1", DAY, captured(DAY, "s-1", "counter", 11_500, 1_000))
        .order("o-1", DAY, paid(DAY, "s-1", "counter", None))
        .order("o-1", DAY, back);
    let day = row(&story, "s-1", DAY, "counter").figures;
    assert_eq!(
        (day.paid_fen, day.captured_fen, day.surplus_fen),
        (Fen(10_500), Fen(11_500), Fen(1_000))
    );
    assert_eq!((day.refunded_fen, day.refunded_of_day_fen), (Fen(1_000), Fen(0)));
}

#[test]
fn test_orders_are_in_no_figure() {
    let mut order = paid(DAY, "s-1", "counter", Some("m-1"));
    order.test = true;
    let mut money = captured(DAY, "s-1", "counter", 10_500, 0);
    money.test = true;
    let mut back = refunded(DAY, Some(DAY), "s-1", 1);
    back.test = true;
    let story = Story::default()
        .order("o-1", DAY, money)
        .order("o-1", DAY, order)
        .order("o-1", DAY, back);
    assert!(story.totals(&StoreDashboard).is_empty());
}

#[test]
fn who_only_paid_is_a_walk_in_and_who_agreed_is_a_new_member() {
    let activated = |store: Option<&str>| Activated {
        document: "v1".to_owned(),
        profile: Profile::default(),
        store_id: store.map(|store| store.parse().unwrap()),
        channel: Some("counter".parse().unwrap()),
        was_walk_in: true,
    };
    let story = Story::default()
        .add("member", "m-1", DAY, enrolled(EnrolSource::Payment, true))
        .add("member", "m-2", DAY, enrolled(EnrolSource::Application, false))
        .add(
            "member",
            "m-1",
            NEXT,
            guanxi_domain::member::MemberEvent::from(activated(Some("s-1"))),
        )
        .add(
            "member",
            "m-2",
            NEXT,
            guanxi_domain::member::MemberEvent::from(activated(None)),
        );
    assert_eq!(row(&story, "s-1", DAY, "counter").figures.new_walk_ins, 1);
    assert_eq!(row(&story, "s-1", DAY, "counter").figures.new_members, 0);
    assert_eq!(row(&story, "s-1", NEXT, "counter").figures.new_members, 1);
    assert_eq!(row(&story, UNATTRIBUTED, NEXT, "counter").figures.new_members, 1);
    assert_eq!(chain_day(&story, NEXT).figures.new_members, 2);
}

#[test]
fn a_redemption_without_an_order_is_unattributed() {
    let returned = CouponReturned {
        order_id: "o-1".parse().unwrap(),
        campaign_id: "c-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        returned_at: noon(NEXT),
        business_date: NEXT.parse().unwrap(),
        store_id: Some("s-1".parse().unwrap()),
        channel: Some("counter".parse().unwrap()),
        valid_until: noon(DAY),
    };
    let story = Story::default()
        .add("coupon", "k-1", DAY, redeemed(Some("o-1")))
        .add("coupon", "k-2", DAY, redeemed(None))
        .add(
            "coupon",
            "k-1",
            NEXT,
            guanxi_domain::coupon::CouponEvent::from(returned),
        );
    assert_eq!(row(&story, "s-1", DAY, "counter").figures.coupons_redeemed, 1);
    assert_eq!(
        row(&story, UNATTRIBUTED, DAY, UNATTRIBUTED)
            .figures
            .coupons_redeemed,
        1
    );
    assert_eq!(row(&story, "s-1", NEXT, "counter").figures.coupons_returned, 1);
    assert_eq!(chain_day(&story, DAY).figures.coupons_redeemed, 2);
}
