//! What a coupon answers, told as given / when / then.

use guanxi_kernel::scenario::Scenario;
use guanxi_kernel::{Fen, OrderId, TimeZoneId, Timestamp};
use proptest::prelude::*;

mod ending;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn order(id: &str) -> OrderId {
    id.parse().unwrap()
}

fn issue() -> IssueCoupon {
    IssueCoupon {
        campaign_id: "c-1".parse().unwrap(),
        member_id: "m-1".parse().unwrap(),
        terms: CouponTerms {
            kind: CouponKind::Discount { pay_percent: 88 },
            goods: GoodsScope::All,
            threshold_fen: Fen(0),
            funder: Funder::Brand,
        },
        validity: ValidityWindow {
            from: at("2026-03-01T00:00:00Z"),
            until: at("2026-03-08T00:00:00Z"),
        },
        channel: None,
        time_zone: TimeZoneId::shanghai(),
    }
}

fn reserve(id: &str) -> CouponCommand {
    reserve_at(id, "2026-03-02T00:00:00Z")
}

fn reserve_at(id: &str, when: &str) -> CouponCommand {
    let member_id = "m-1".parse().unwrap();
    CouponCommand::ReserveCoupon(ReserveCoupon {
        order_id: order(id),
        member_id,
        reserved_at: at(when),
    })
}

fn release(id: &str) -> CouponCommand {
    CouponCommand::ReleaseCoupon(ReleaseCoupon {
        order_id: order(id),
        reason: ReleaseReason::Cancelled,
    })
}

fn redeem(id: Option<&str>) -> CouponCommand {
    CouponCommand::RedeemCoupon(RedeemCoupon {
        order_id: id.map(order),
        discount_fen: Some(Fen(1_200)),
        redeemed_at: at("2026-03-09T00:00:00Z"),
        business_date: "2026-03-09".parse().unwrap(),
        store_id: None,
        channel: None,
        campaign_id: None,
    })
}

fn give_back(id: &str, when: &str) -> CouponCommand {
    CouponCommand::ReturnCoupon(ReturnCoupon {
        order_id: order(id),
        returned_at: at(when),
        business_date: "2026-03-10".parse().unwrap(),
        store_id: None,
        channel: None,
    })
}

fn unknown() -> Scenario<Coupon> {
    Scenario::given([])
}

fn issued() -> Scenario<Coupon> {
    unknown().when(&CouponCommand::IssueCoupon(issue())).accepted()
}

fn after(commands: &[CouponCommand]) -> Scenario<Coupon> {
    commands
        .iter()
        .fold(issued(), |scenario, command| scenario.when(command).accepted())
}

fn redeemed(id: Option<&str>) -> CouponEvent {
    CouponRedeemed {
        order_id: id.map(order),
        campaign_id: issue().campaign_id,
        member_id: issue().member_id,
        funder: Funder::Brand,
        discount_fen: Some(Fen(1_200)),
        redeemed_at: at("2026-03-09T00:00:00Z"),
        business_date: "2026-03-09".parse().unwrap(),
        store_id: None,
        channel: None,
    }
    .into()
}

fn names(answer: Result<Vec<CouponEvent>, CouponRefusal>) -> Vec<&'static str> {
    answer
        .unwrap()
        .iter()
        .map(guanxi_kernel::DomainEvent::name)
        .collect()
}

#[test]
fn a_coupon_is_issued_once() {
    issued().when(&CouponCommand::IssueCoupon(issue())).nothing();
    let other = IssueCoupon {
        member_id: "m-2".parse().unwrap(),
        ..issue()
    };
    issued()
        .when(&CouponCommand::IssueCoupon(other))
        .refused("coupon.already_issued");
}

#[test]
fn an_unknown_coupon_cannot_be_used() {
    let commands = [
        reserve("o-1"),
        release("o-1"),
        redeem(None),
        give_back("o-1", "2026-03-09T00:00:00Z"),
    ];
    for command in commands {
        unknown().when(&command).refused("coupon.unknown");
    }
}

#[test]
fn a_reservation_is_bound_to_its_order() {
    let reserved = CouponReserved {
        order_id: order("o-1"),
        reserved_at: at("2026-03-02T00:00:00Z"),
    };
    issued().when(&reserve("o-1")).then([reserved.into()]);
    after(&[reserve("o-1")])
        .when(&reserve("o-2"))
        .refused("coupon.reserved");
}

#[test]
fn reserving_again_for_the_same_order_changes_nothing_even_when_its_time_is_over() {
    after(&[reserve("o-1")])
        .when(&reserve_at("o-1", "2026-04-01T00:00:00Z"))
        .nothing();
    after(&[reserve("o-1"), redeem(Some("o-1"))])
        .when(&reserve("o-1"))
        .nothing();
}

#[test]
fn validity_is_judged_at_the_reservation() {
    issued()
        .when(&reserve_at("o-1", "2026-02-28T23:59:59Z"))
        .refused("coupon.not_yet_valid");
    issued()
        .when(&reserve_at("o-1", "2026-03-08T00:00:00Z"))
        .refused("coupon.expired");
    // Paid after the end: the order relied on its reservation.
    after(&[reserve("o-1")])
        .when(&redeem(Some("o-1")))
        .then([redeemed(Some("o-1"))]);
}

#[test]
fn only_the_holder_may_use_it() {
    let stranger = ReserveCoupon {
        order_id: order("o-1"),
        member_id: "m-2".parse().unwrap(),
        reserved_at: at("2026-03-02T00:00:00Z"),
    };
    issued()
        .when(&CouponCommand::ReserveCoupon(stranger))
        .refused("coupon.not_holder");
}

#[test]
fn releasing_frees_it_for_another_order() {
    let released = ReservationReleased {
        order_id: order("o-1"),
        reason: ReleaseReason::Cancelled,
        valid_until: issue().validity.until,
    };
    after(&[reserve("o-1")])
        .when(&release("o-1"))
        .then([released.into()])
        .when(&reserve("o-2"))
        .accepted();
}

#[test]
fn an_order_that_does_not_hold_it_releases_nothing() {
    issued().when(&release("o-1")).nothing();
    after(&[reserve("o-1")]).when(&release("o-2")).nothing();
    after(&[reserve("o-1"), redeem(Some("o-1"))])
        .when(&release("o-1"))
        .refused("coupon.already_redeemed");
}

#[test]
fn of_two_redemptions_one_wins() {
    let won = || after(&[reserve("o-1"), redeem(Some("o-1"))]);
    won().when(&redeem(Some("o-1"))).nothing();
    won()
        .when(&redeem(Some("o-2")))
        .refused("coupon.already_redeemed");
    won().when(&reserve("o-2")).refused("coupon.already_redeemed");
    after(&[reserve("o-1")])
        .when(&redeem(Some("o-2")))
        .refused("coupon.reserved");
}

#[test]
fn a_redemption_without_an_order_is_kept() {
    issued()
        .when(&redeem(None))
        .then([redeemed(None)])
        .when(&redeem(None))
        .refused("coupon.already_redeemed");
}

#[test]
fn money_that_comes_after_the_reservation_was_lost_is_honoured() {
    let missed = |held_by: Option<&str>| -> CouponEvent {
        RedemptionMissed {
            order_id: order("o-1"),
            campaign_id: issue().campaign_id,
            discount_fen: Some(Fen(1_200)),
            held_by: held_by.map(order),
            missed_at: at("2026-03-09T00:00:00Z"),
        }
        .into()
    };
    let lost = [reserve("o-1"), release("o-1")];
    let free = after(&lost)
        .when(&redeem(Some("o-1")))
        .then([missed(None), redeemed(Some("o-1"))]);
    free.when(&redeem(Some("o-1"))).nothing();

    let mut taken = lost.to_vec();
    taken.push(reserve("o-2"));
    let missing = after(&taken)
        .when(&redeem(Some("o-1")))
        .then([missed(Some("o-2"))]);
    let missing = missing.when(&redeem(Some("o-1"))).nothing();
    missing.when(&redeem(Some("o-2"))).then([redeemed(Some("o-2"))]);
}

#[test]
fn a_coupon_comes_back_and_can_be_used_again() {
    let back = || {
        after(&[
            reserve("o-1"),
            redeem(Some("o-1")),
            give_back("o-1", "2026-03-05T00:00:00Z"),
        ])
    };
    back().when(&give_back("o-1", "2026-03-05T00:00:00Z")).nothing();
    back().when(&redeem(Some("o-1"))).nothing();
    back().when(&reserve("o-2")).accepted();
}

#[test]
fn a_coupon_that_comes_back_too_late_is_returned_and_expired() {
    let used = || after(&[reserve("o-1"), redeem(Some("o-1"))]);
    let late = give_back("o-1", "2026-03-08T00:00:00Z");
    assert_eq!(
        names(used().when(&late).answer()),
        ["coupon.returned.v1", "coupon.expired.v1"]
    );
    used()
        .when(&late)
        .accepted()
        .when(&reserve("o-2"))
        .refused("coupon.expired");
    used()
        .when(&late)
        .accepted()
        .when(&redeem(None))
        .refused("coupon.expired");
}

#[test]
fn only_the_order_that_used_it_gives_it_back() {
    let when = "2026-03-05T00:00:00Z";
    issued()
        .when(&give_back("o-1", when))
        .refused("coupon.not_redeemed");
    after(&[reserve("o-1"), redeem(Some("o-1"))])
        .when(&give_back("o-2", when))
        .refused("coupon.not_redeemed");
}

fn commands() -> impl Strategy<Value = CouponCommand> {
    let id = prop_oneof![Just("o-1"), Just("o-2"), Just("o-3")];
    (0u8..5, id).prop_map(|(what, id)| match what {
        0 => reserve(id),
        1 => release(id),
        2 => redeem(Some(id)),
        3 => redeem(None),
        _ => give_back(id, "2026-03-05T00:00:00Z"),
    })
}

proptest! {
    #[test]
    fn between_two_redemptions_lies_a_return(commands in proptest::collection::vec(commands(), 0..40)) {
        let mut state = issued().state().clone();
        let mut used = false;
        for command in commands {
            for event in <Coupon as guanxi_kernel::Decider>::decide(&state, &command).unwrap_or_default() {
                match &event {
                    CouponEvent::CouponRedeemed(_) => { prop_assert!(!used); used = true; }
                    CouponEvent::CouponReturned(_) => { prop_assert!(used); used = false; }
                    _ => {}
                }
                <Coupon as guanxi_kernel::Decider>::evolve(&mut state, &event);
            }
        }
    }
}
