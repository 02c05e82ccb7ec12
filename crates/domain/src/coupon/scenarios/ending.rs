//! How a coupon ends or changes hands, and redemptions that come too early or too late.

use super::*;

const UNTIL: &str = "2026-03-08T00:00:00Z";

fn revoke() -> CouponCommand {
    CouponCommand::RevokeCoupon(RevokeCoupon {
        reason: "claimed by a robot".to_owned(),
        revoked_at: at("2026-03-02T00:00:00Z"),
    })
}

fn expire(when: &str) -> CouponCommand {
    CouponCommand::ExpireCoupon(ExpireCoupon { expired_at: at(when) })
}

fn transfer(to: &str, reason: TransferReason, when: &str) -> CouponCommand {
    CouponCommand::TransferCoupon(TransferCoupon {
        from: "m-1".parse().unwrap(),
        to: to.parse().unwrap(),
        reason,
        transferred_at: at(when),
    })
}

fn gift(when: &str) -> CouponCommand {
    transfer("m-2", TransferReason::Gift, when)
}

/// A redemption as the policy asks for it after an order was paid.
fn paid_by(id: &str) -> CouponCommand {
    let CouponCommand::RedeemCoupon(redeem) = redeem(Some(id)) else {
        panic!()
    };
    CouponCommand::RedeemCoupon(RedeemCoupon {
        campaign_id: Some(issue().campaign_id),
        ..redeem
    })
}

fn expired() -> CouponEvent {
    CouponExpired {
        campaign_id: issue().campaign_id,
        member_id: issue().member_id,
        expired_at: at(UNTIL),
        business_date: "2026-03-08".parse().unwrap(),
    }
    .into()
}

fn missed(id: &str, held_by: Option<&str>) -> CouponEvent {
    RedemptionMissed {
        order_id: order(id),
        campaign_id: issue().campaign_id,
        discount_fen: Some(Fen(1_200)),
        held_by: held_by.map(order),
        missed_at: at("2026-03-09T00:00:00Z"),
    }
    .into()
}

#[test]
fn a_free_coupon_can_be_taken_away() {
    let revoked = CouponRevoked {
        campaign_id: issue().campaign_id,
        member_id: issue().member_id,
        reason: "claimed by a robot".to_owned(),
        revoked_at: at("2026-03-02T00:00:00Z"),
    };
    let gone = || issued().when(&revoke()).then([revoked.clone().into()]);
    gone().when(&revoke()).nothing();
    gone().when(&expire(UNTIL)).nothing();
    gone().when(&reserve("o-1")).refused("coupon.revoked");
    gone().when(&redeem(None)).refused("coupon.revoked");
    gone()
        .when(&gift("2026-03-02T00:00:00Z"))
        .refused("coupon.revoked");
}

#[test]
fn what_an_order_relies_on_is_not_taken_away() {
    after(&[reserve("o-1")])
        .when(&revoke())
        .refused("coupon.reserved");
    after(&[reserve("o-1"), redeem(Some("o-1"))])
        .when(&revoke())
        .refused("coupon.already_redeemed");
    after(&[expire(UNTIL)]).when(&revoke()).refused("coupon.expired");
}

#[test]
fn a_coupon_expires_when_its_time_is_over() {
    issued().when(&expire("2026-03-07T23:59:59Z")).nothing();
    issued()
        .when(&expire(UNTIL))
        .then([expired()])
        .when(&expire(UNTIL))
        .nothing();
}

#[test]
fn a_reservation_outlives_the_validity_and_the_coupon_expires_when_it_is_free_again() {
    let held = after(&[reserve("o-1")]).when(&expire(UNTIL)).nothing();
    held.when(&release("o-1"))
        .accepted()
        .when(&expire(UNTIL))
        .then([expired()]);
    after(&[reserve("o-1"), expire(UNTIL)])
        .when(&redeem(Some("o-1")))
        .then([redeemed(Some("o-1"))]);
}

#[test]
fn a_gift_changes_hands_with_terms_and_validity() {
    let transferred = CouponTransferred {
        campaign_id: issue().campaign_id,
        from: "m-1".parse().unwrap(),
        to: "m-2".parse().unwrap(),
        reason: TransferReason::Gift,
        transferred_at: at("2026-03-02T00:00:00Z"),
    };
    let given = || {
        issued()
            .when(&gift("2026-03-02T00:00:00Z"))
            .then([transferred.clone().into()])
    };
    given().when(&gift("2026-03-02T00:00:00Z")).nothing();
    given().when(&reserve("o-1")).refused("coupon.not_holder");
    let again = transfer("m-3", TransferReason::Gift, "2026-03-02T00:00:00Z");
    given().when(&again).refused("coupon.not_holder");
    let new_holder = ReserveCoupon {
        order_id: order("o-1"),
        member_id: "m-2".parse().unwrap(),
        reserved_at: at("2026-03-02T00:00:00Z"),
    };
    given().when(&CouponCommand::ReserveCoupon(new_holder)).accepted();
}

#[test]
fn only_a_free_and_valid_coupon_is_given_away() {
    let when = "2026-03-02T00:00:00Z";
    after(&[reserve("o-1")])
        .when(&gift(when))
        .refused("coupon.reserved");
    after(&[reserve("o-1"), redeem(Some("o-1"))])
        .when(&gift(when))
        .refused("coupon.already_redeemed");
    issued().when(&gift(UNTIL)).refused("coupon.expired");
}

#[test]
fn when_members_merge_a_reserved_coupon_goes_along() {
    let merge = transfer("m-2", TransferReason::Merge, "2026-04-02T00:00:00Z");
    after(&[reserve("o-1")])
        .when(&merge)
        .accepted()
        .when(&redeem(Some("o-1")))
        .accepted();
}

#[test]
fn a_redemption_that_comes_before_the_coupon_waits_for_it() {
    let awaited = RedemptionAwaited {
        order_id: order("o-1"),
        campaign_id: issue().campaign_id,
        discount_fen: Some(Fen(1_200)),
        redeemed_at: at("2026-03-09T00:00:00Z"),
        business_date: "2026-03-09".parse().unwrap(),
        store_id: None,
        channel: None,
    };
    let waiting = unknown()
        .when(&paid_by("o-1"))
        .then([awaited.into()])
        .when(&paid_by("o-1"))
        .nothing();
    let both = waiting.when(&paid_by("o-2")).accepted();
    let answer = both.when(&CouponCommand::IssueCoupon(issue())).answer().unwrap();
    assert_eq!(
        names(Ok(answer.clone())),
        [
            "coupon.issued.v1",
            "coupon.redeemed.v1",
            "coupon.redemption_missed.v1"
        ]
    );
    assert_eq!(answer[1..], [redeemed(Some("o-1")), missed("o-2", Some("o-1"))]);
    Scenario::<Coupon>::given(answer)
        .when(&paid_by("o-1"))
        .nothing()
        .when(&paid_by("o-2"))
        .nothing();
}

#[test]
fn a_paid_order_that_never_held_the_coupon_has_missed_it() {
    let taken = after(&[reserve("o-1"), redeem(Some("o-1"))]);
    taken
        .when(&paid_by("o-2"))
        .then([missed("o-2", Some("o-1"))])
        .when(&paid_by("o-2"))
        .nothing();
    after(&[expire(UNTIL)])
        .when(&paid_by("o-1"))
        .then([missed("o-1", None)]);
    issued().when(&paid_by("o-1")).then([redeemed(Some("o-1"))]);
}
